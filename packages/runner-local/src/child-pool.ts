import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { processTimer } from '@daybook/core';
import type { FromChild, ToChild } from './child-messages.ts';
import { failureOf } from './execute.ts';
import type { LocalJob, LocalResult } from './local-job.ts';

export type ChildEnd =
  | { readonly kind: 'result'; readonly result: LocalResult }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'timed-out' }
  | { readonly kind: 'crashed'; readonly why: string };

export interface ChildHost {
  readonly signal: AbortSignal;
  readonly timeoutMs: number | undefined;
  progress(step: {
    readonly phase: string;
    readonly done?: number;
    readonly total?: number;
    readonly unit?: string;
  }): void;
  memory(bytes: number): Promise<number>;
  columns(names: readonly string[] | undefined): Promise<ReadonlyMap<string, string>>;
}

/** Warm child processes: each does one job at a time, so that a crash or a timeout costs one attempt and not the run. */
export interface ChildPool {
  run(job: LocalJob, host: ChildHost): Promise<ChildEnd>;
  /** Kills every child, and resolves when they are gone. */
  close(): Promise<void>;
}

/** A child that has grown beyond this is not kept warm: what it holds would be missing elsewhere. */
const keptRssBytes = 320 * 1024 * 1024;

export function childPool(): ChildPool {
  const idle: ChildProcess[] = [];
  const all = new Set<ChildProcess>();
  const take = (): ChildProcess => {
    for (let child = idle.pop(); child !== undefined; child = idle.pop()) if (child.connected) return child;
    const child = startChild();
    all.add(child);
    child.once('exit', () => all.delete(child));
    return child;
  };
  return {
    async run(job, host) {
      const child = take();
      child.ref();
      child.channel?.ref();
      const { end, rssBytes } = await converse(child, job, host);
      if (end.kind !== 'result' || rssBytes >= keptRssBytes) {
        await kill(child);
        return end;
      }
      child.unref();
      child.channel?.unref();
      idle.push(child);
      return end;
    },
    async close() {
      idle.length = 0;
      await Promise.all([...all].map(kill));
    },
  };
}

/** Kills a child and waits until it is gone, so that it writes nothing more into the attempt's folders. */
async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  child.ref();
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

function startChild(): ChildProcess {
  const source = import.meta.url.endsWith('.ts');
  const entry = fileURLToPath(new URL(source ? './child.ts' : './child.js', import.meta.url));
  // In a checkout the packages are read from source, in the child as in its parent.
  const execArgv = [
    ...(source ? ['--conditions=daybook-source'] : []),
    '--disable-warning=ExperimentalWarning',
  ];
  // What a job prints goes to standard error, for standard output may be a document.
  const child = fork(entry, [], { execArgv, stdio: ['pipe', 2, 2, 'ipc'], serialization: 'json' });
  // That it could not be told something is heard by whoever talks with it; between jobs nobody does.
  return child.on('error', () => undefined);
}

type Question = FromChild & { readonly kind: 'memory' | 'columns' };

async function answerTo(question: Question, job: LocalJob, host: ChildHost): Promise<ToChild> {
  if (question.kind === 'memory') return { kind: 'granted', bytes: await host.memory(question.bytes) };
  try {
    return { kind: 'brought', paths: [...(await host.columns(question.names))] };
  } catch (error) {
    return { kind: 'not-brought', error: failureOf(error, job.task).error };
  }
}

function converse(
  child: ChildProcess,
  job: LocalJob,
  host: ChildHost,
): Promise<{ readonly end: ChildEnd; readonly rssBytes: number }> {
  return new Promise((resolve) => {
    let ended = false;
    const finish = (end: ChildEnd, rssBytes = 0): void => {
      ended = true;
      timer.hold();
      child.off('message', hear);
      child.off('exit', exited);
      child.off('error', failed);
      host.signal.removeEventListener('abort', cancel);
      resolve({ end, rssBytes });
    };
    const hear = (message: FromChild): void => {
      if (message.kind === 'progress') host.progress(message.step);
      else if (message.kind === 'result')
        finish({ kind: 'result', result: message.result }, message.rssBytes);
      else void answer(message);
    };
    const answer = async (question: Question): Promise<void> => {
      timer.hold();
      const told = await answerTo(question, job, host);
      if (ended) return;
      timer.go();
      send(child, told);
    };
    const exited = (code: number | null, signal: NodeJS.Signals | null): void =>
      finish({
        kind: 'crashed',
        why: signal === null ? `its process ended with code ${code}` : `its process was ended by ${signal}`,
      });
    const failed = (error: Error): void => finish({ kind: 'crashed', why: error.message });
    const cancel = (): void => finish({ kind: 'cancelled' });
    const timer = stopwatch(host.timeoutMs, () => finish({ kind: 'timed-out' }));
    timer.go();
    child.on('message', hear);
    child.once('exit', exited);
    child.once('error', failed);
    host.signal.addEventListener('abort', cancel, { once: true });
    if (host.signal.aborted) cancel();
    else send(child, { kind: 'run', job });
  });
}

/** Calls `expire` once it has gone for `limitMs`. Waiting for memory or for columns is not a job's own time. */
export function stopwatch(limitMs: number | undefined, expire: () => void): { go(): void; hold(): void } {
  let leftMs = limitMs ?? Infinity;
  let startMs = 0;
  let stop: (() => void) | undefined;
  return {
    go() {
      startMs = performance.now();
      stop = processTimer(Math.max(0, leftMs), expire);
    },
    hold() {
      if (stop === undefined) return;
      stop();
      stop = undefined;
      leftMs -= performance.now() - startMs;
    },
  };
}

function send(child: ChildProcess, message: ToChild): void {
  if (child.connected) child.send(message);
}
