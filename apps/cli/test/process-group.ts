import { spawn } from 'node:child_process';
import { gathered } from './gathered.ts';

/** How a program ended, with all that it printed. */
export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly text: string;
}

/** A program that runs, with its children. */
export interface ProcessGroup {
  /** Once nobody can print any more: where it was killed alone, once its children are gone too. */
  readonly ended: Promise<Ended>;
  /** Once it has ended itself, whatever its children do. */
  readonly gone: Promise<void>;
  /** What it has printed so far. */
  text(): string;
  /** Resolves with all that was printed when `wanted` was, behind so many characters. */
  printed(wanted: string, behind?: number): Promise<string>;
  /** Sends a signal to it and its children; nothing where it has ended. */
  signal(name: NodeJS.Signals): void;
  /** Sends a signal to it and not to its children. */
  signalAlone(name: NodeJS.Signals): void;
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
  const { text, has } = gathered(child.stdout, child.stderr);
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal, text: text() })),
  );
  const gone = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  const send = (name: NodeJS.Signals, idOf: (id: number) => number): void => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(idOf(child.pid), name);
  };
  const signal = (name: NodeJS.Signals): void => send(name, (id) => -id);
  return {
    ended,
    gone,
    text,
    printed: has,
    signal,
    signalAlone: (name) => send(name, (id) => id),
    kill: () => signal('SIGKILL'),
    interrupt: () => signal('SIGINT'),
  };
}

/** Waits for what must not fail where nothing is tried on it. */
export async function expectGood({ ended }: ProcessGroup): Promise<void> {
  const { code, text } = await ended;
  if (code !== 0) throw new Error(`What is left in peace exits ${code}: ${text}`);
}
