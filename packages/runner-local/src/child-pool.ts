import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FromChild, ToChild } from './child-messages.ts';
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
}

/** Warm child processes: each does one job at a time, so that a crash or a timeout costs one attempt and not the run. */
export interface ChildPool {
  run(job: LocalJob, host: ChildHost): Promise<ChildEnd>;
  /** Kills every child. */
  close(): void;
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
      child.unref();
      child.channel?.unref();
      if (end.kind === 'result' && rssBytes < keptRssBytes) idle.push(child);
      else child.kill('SIGKILL');
      return end;
    },
    close() {
      for (const child of all) child.kill('SIGKILL');
      idle.length = 0;
    },
  };
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
  return fork(entry, [], { execArgv, stdio: ['pipe', 2, 2, 'ipc'], serialization: 'json' });
}

function converse(
  child: ChildProcess,
  job: LocalJob,
  host: ChildHost,
): Promise<{ readonly end: ChildEnd; readonly rssBytes: number }> {
  return new Promise((resolve) => {
    const finish = (end: ChildEnd, rssBytes = 0): void => {
      clearTimeout(timer);
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
      else void host.memory(message.bytes).then((bytes) => send(child, { kind: 'granted', bytes }));
    };
    const exited = (code: number | null, signal: NodeJS.Signals | null): void =>
      finish({
        kind: 'crashed',
        why: signal === null ? `its process ended with code ${code}` : `its process was ended by ${signal}`,
      });
    const failed = (error: Error): void => finish({ kind: 'crashed', why: error.message });
    const cancel = (): void => finish({ kind: 'cancelled' });
    const timer = setTimeout(() => finish({ kind: 'timed-out' }), host.timeoutMs ?? 2 ** 31 - 1);
    child.on('message', hear);
    child.once('exit', exited);
    child.once('error', failed);
    host.signal.addEventListener('abort', cancel, { once: true });
    if (host.signal.aborted) cancel();
    else send(child, { kind: 'run', job });
  });
}

function send(child: ChildProcess, message: ToChild): void {
  if (child.connected) child.send(message);
}
