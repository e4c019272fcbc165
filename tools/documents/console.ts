import { spawnSync } from 'node:child_process';
import type { Block } from './blocks.ts';

/** A command of a console block and what it is said to print. */
export interface Command {
  readonly command: string;
  readonly output: string;
}

/** The commands of a `console` block with their output, or those of an `sh` block, of which none is shown. */
export function commandsOf(block: Block): readonly Command[] {
  if (block.language === 'sh') return [{ command: block.text, output: '' }];
  return block.text
    .split(/^\$ /m)
    .slice(1)
    .map((text) => {
      const [command = '', ...output] = text.split('\n');
      return { command, output: output.join('\n').trimEnd() };
    });
}

/** A shell that is always in the folder, and has the exported variables, with which its last command left it. */
export interface Shell {
  run(command: string): { readonly output: string; readonly status: number | null };
}

export function shellIn(folder: string, environment: NodeJS.ProcessEnv): Shell {
  let current = folder;
  let exported = '';
  const mark = 'the shell is now in ';
  return {
    run(command) {
      const end = `status=$?\nprintf '\\n${mark}%s\\n' "$PWD"\nexport -p\nexit $status`;
      const script = `${exported}\nexec 2>&1\n${command}\n${end}`;
      const { stdout, status } = spawnSync('bash', ['-c', script], {
        cwd: current,
        env: environment,
        encoding: 'utf8',
        // What waits for something that does not come fails, and does not hang.
        timeout: 120_000,
      });
      const [output = '', after] = stdout.split(`\n${mark}`);
      const [place, ...variables] = (after ?? current).split('\n');
      current = place ?? current;
      if (after !== undefined) exported = variables.join('\n');
      return { output: output.trimEnd(), status };
    },
  };
}

/**
 * What a command printed without what differs from run to run: times, durations, runs, attempts, and which of several attempts
 * that went on at once ended first.
 */
export function settled(output: string): string {
  const lines = output
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ/g, '<time>')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z/g, '<time>')
    .replaceAll(/\b\d+(\.\d+)? (ms|s)\b/g, '<duration>')
    .replaceAll(/\b\d{8}T\d{9}Z-[0-9a-f]{8}\b/g, '<run>')
    .replaceAll(/\b[0-9a-f]{8}$/gm, '<attempt>')
    .replaceAll(/\b\d{8}-[0-9a-f]{32}\b/g, '<attempt>')
    .replaceAll(/^\[ *\d+\/\d+\] /gm, '[…] ')
    .split('\n');
  const progress = lines.filter((line) => line.startsWith('[…] ')).toSorted();
  return lines.map((line) => (line.startsWith('[…] ') ? progress.shift() : line)).join('\n');
}
