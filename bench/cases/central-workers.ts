import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Project } from '../project.ts';
import { daybookCommand, openProject } from '../project.ts';
import type { Case } from '../result.ts';
import { seconds } from '../result.ts';
import { tinyTaskCount, tinyTasks } from './tiny-tasks.ts';

const workers = 4;

/** What it costs that tasks go through the central scheduler and processes of their own: next to nothing is done in each. */
export const centralWorkersCase: Case = {
  name: 'central-workers',
  async run() {
    const project = openProject(tinyTasks);
    try {
      const all = ['run', 'all', '--count', String(tinyTaskCount)];
      const here = await project.daybook(...all, '--workers', String(workers));
      rmSync(join(project.folder, 'data'), { recursive: true });
      const thereMs = await throughScheduler(project, all);
      const ratio = thereMs / here.wallMs;
      return [
        {
          what: '10,000 tiny code tasks through the central scheduler and 4 worker processes, against one process',
          figure: `${ratio.toFixed(2)} × (${seconds(thereMs)} against ${seconds(here.wallMs)})`,
          bar: 'at most 3 ×',
          holds: ratio <= 3,
        },
      ];
    } finally {
      project.remove();
    }
  },
};

/** How long the run takes that waits for the workers, who have been there for a moment. */
async function throughScheduler({ folder }: Project, all: readonly string[]): Promise<number> {
  const command = [process.execPath, daybookCommand] as const;
  const made = spawnSync(command[0], [command[1], 'token', 'create', '--role', 'operator'], {
    cwd: folder,
    encoding: 'utf8',
  });
  const env = { ...process.env, DAYBOOK_TOKEN: made.stdout.trim() };
  const started: ChildProcess[] = [];
  const start = async (words: readonly string[], said: string): Promise<string> => {
    const child = spawn(command[0], [command[1], ...words], {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    started.push(child);
    let text = '';
    const { promise, resolve } = Promise.withResolvers<string>();
    child.stdout?.on('data', (chunk: Buffer) => {
      if (text.includes(said)) return;
      text += chunk.toString();
      if (text.includes(said)) resolve(text);
    });
    child.once('exit', () => resolve(text));
    return await promise;
  };
  try {
    const log = await start(['serve', '--port', '0', '--log', 'info'], '"listening"');
    const url = /"url":"([^"]+)"/.exec(log)?.[1] ?? '';
    for (let count = 0; count < workers; count += 1)
      await start(['worker', '--workers', '1', '--scheduler', url], '"working"');
    const startMs = performance.now();
    const run = spawn(command[0], [command[1], ...all, '--scheduler', url], {
      cwd: folder,
      env,
      stdio: 'ignore',
    });
    const [code] = (await once(run, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`The run through the scheduler ended with ${code}.`);
    return performance.now() - startMs;
  } finally {
    for (const child of started) child.kill('SIGKILL');
  }
}
