import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { DaybookError } from '@daybook/core';
import type { Call, Called } from './calls.ts';
import type { AttemptRow, AttemptsAsked, EndedRun } from './history.ts';
import type { Batch, Loaded } from './store.ts';

/** Whether a failure of the journal was one after which nothing was written and it may be tried again. */
export function mayBeTriedAgain(error: unknown): boolean {
  return (
    error instanceof DaybookError && (error.cause as { mayPass?: unknown } | undefined)?.mayPass === true
  );
}

/** The store of a state folder, in a thread of its own. */
export interface Journal {
  readonly loaded: Loaded;
  /**
   * Resolves when the batch is on the disk, and all that was given before: an empty one waits for just that. Group commit: while one commit is under way, all that is given meanwhile waits
   * together and shares the next one: one transaction, one fsync. So an fsync of 20 ms makes each answer some 20 to 40 ms
   * later, and not the server 50 requests a second slow: of however many workers wait, each commit takes all along. What
   * is given within one turn of the event loop shares a commit even where none is under way. When a commit fails, everything
   * given since it began is refused with it: those entries build on ones that are not there.
   */
  append(batch: Batch): Promise<void>;
  snapshot(seq: number, atMs: number, state: string): Promise<void>;
  prune(beforeMs: number): Promise<number>;
  attempts(asked: AttemptsAsked): Promise<readonly AttemptRow[]>;
  endedRuns(limit: number): Promise<readonly EndedRun[]>;
  endedRun(run: string): Promise<EndedRun | undefined>;
  /** After a failure: opens the file anew and gives what is really there. */
  reopen(): Promise<Loaded>;
  close(): Promise<void>;
}

interface Waiting {
  readonly batch: Batch;
  resolve(): void;
  reject(error: unknown): void;
}

/** Opens a state folder; refused as `openStore` says. */
export async function openJournal(folder: string): Promise<Journal> {
  const thread = storeThread(folder);
  let loaded: Loaded;
  try {
    loaded = (await thread.ask({ kind: 'open' })) as Loaded;
  } catch (error) {
    await thread.end();
    throw error;
  }
  const commits = groupCommit((batch) => thread.ask({ kind: 'append', batch }));
  return {
    loaded,
    ...commits,
    snapshot: async (seq, atMs, state) => void (await thread.ask({ kind: 'snapshot', seq, atMs, state })),
    prune: async (beforeMs) => (await thread.ask({ kind: 'prune', beforeMs })) as number,
    attempts: async (asked) => (await thread.ask({ kind: 'attempts', asked })) as readonly AttemptRow[],
    endedRun: async (run) => (await thread.ask({ kind: 'ended-run', run })) as EndedRun | undefined,
    endedRuns: async (limit) => (await thread.ask({ kind: 'ended-runs', limit })) as readonly EndedRun[],
    reopen: async () => (await thread.ask({ kind: 'reopen' })) as Loaded,
    async close() {
      await thread.ask({ kind: 'close' });
      await thread.end();
    },
  };
}

/** Puts together what waits while `commit` is under way. Exported for its test. */
export function groupCommit(commit: (batch: Batch) => Promise<unknown>): Pick<Journal, 'append'> {
  let waiting: Waiting[] = [];
  let working: Promise<void> | undefined;
  const work = async (): Promise<void> => {
    // What else this turn of the event loop brings comes along.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const batches = waiting;
      waiting = [];
      try {
        const all = together(batches.map(({ batch }) => batch));
        if (!isEmpty(all)) await commit(all);
      } catch (error) {
        batches.push(...waiting);
        waiting = [];
        working = undefined;
        for (const { reject } of batches) reject(error);
        return;
      }
      for (const { resolve } of batches) resolve();
    }
    working = undefined;
  };
  return {
    append: (batch) =>
      new Promise((resolve, reject) => {
        waiting.push({ batch, resolve: () => resolve(), reject });
        working ??= work();
      }),
  };
}

function isEmpty({ entries, runs, attempts }: Batch): boolean {
  return entries.length + runs.length + attempts.length === 0;
}

function together(batches: readonly Batch[]): Batch {
  return {
    entries: batches.flatMap(({ entries }) => entries),
    runs: batches.flatMap(({ runs }) => runs),
    attempts: batches.flatMap(({ attempts }) => attempts),
  };
}

interface StoreThread {
  ask(call: Call): Promise<unknown>;
  end(): Promise<void>;
}

function storeThread(folder: string): StoreThread {
  // In a checkout the packages are read from source, in the thread as in the process.
  const source = import.meta.url.endsWith('.ts');
  const entry = fileURLToPath(new URL(source ? './store-thread.ts' : './store-thread.js', import.meta.url));
  const worker = new Worker(entry, {
    workerData: { folder },
    execArgv: [...(source ? ['--conditions=daybook-source'] : []), '--disable-warning=ExperimentalWarning'],
  });
  const asked = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>();
  let ids = 0;
  let gone: DaybookError | undefined;
  const breakDown = (why: string): void => {
    gone ??= new DaybookError(
      'write-failed',
      `The thread of the journal has ended: ${why}. Start the server again.`,
    );
    for (const { reject } of asked.values()) reject(gone);
    asked.clear();
  };
  worker.on('message', ({ id, called }: { readonly id: number; readonly called: Called }) => {
    const question = asked.get(id);
    asked.delete(id);
    if (called.kind === 'done') question?.resolve(called.value);
    else question?.reject(failureOf(called));
  });
  worker.on('error', (error) => breakDown(error instanceof Error ? error.message : String(error)));
  worker.on('exit', () => breakDown('it is closed'));
  return {
    ask: (call) =>
      new Promise((resolve, reject) => {
        if (gone !== undefined) {
          reject(gone);
          return;
        }
        ids += 1;
        asked.set(ids, { resolve, reject });
        worker.postMessage({ id: ids, call }, []);
      }),
    async end() {
      await worker.terminate();
    },
  };
}

function failureOf({ error, mayPass }: Called & { readonly kind: 'failed' }): Error {
  const { code, message } = error;
  return code === 'bug' ? new Error(message) : new DaybookError(code, message, { cause: { mayPass } });
}
