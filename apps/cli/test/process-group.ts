import { spawn } from 'node:child_process';

/** How a program ended, with all that it printed. */
export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly text: string;
}

/** A program that runs, with its children. */
export interface ProcessGroup {
  readonly ended: Promise<Ended>;
  kill(): void;
  /** Ctrl-C. */
  interrupt(): void;
}

/** Starts a program in a process group of its own, so that it can be killed with all its children. */
export function startGroup(
  program: string,
  words: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): ProcessGroup {
  const child = spawn(process.execPath, [program, ...words], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal, text })),
  );
  const signal = (name: 'SIGKILL' | 'SIGINT'): void => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, name);
  };
  return { ended, kill: () => signal('SIGKILL'), interrupt: () => signal('SIGINT') };
}
