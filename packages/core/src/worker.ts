import type { AttemptContext, AttemptEnd } from './attempt.ts';
import { attempt, newAttemptId } from './attempt.ts';
import { assert } from './assert.ts';
import type { BatchPlace } from './batch.ts';
import { batchOf } from './batch.ts';
import type { Wish } from './decide.ts';
import type { GraphNode } from './graph.ts';
import type { Runner } from './runner.ts';
import type { Lease, Request, Response } from './scheduler/protocol.ts';
import type { TaskId } from './task.ts';

/** The way to a scheduler, in this process or behind HTTP: a worker cannot tell. */
export type SchedulerPort = (request: Request) => Promise<Response>;

/** Calls `act` once when `waitMs` have passed, unless the function that it gives is called before. */
export type Timer = (waitMs: number, act: () => void) => () => void;

export interface WorkerOptions {
  readonly name: string;
  /** How many attempts run at once; a batch counts as one. */
  readonly slots: number;
  readonly scheduler: SchedulerPort;
  readonly runners: readonly Runner[];
  readonly context: AttemptContext;
  /** How often it says that it is alive, and how long it waits at most before it asks for work again. */
  readonly beatMs: number;
  /** Default: the timers of the process. */
  readonly timer?: Timer;
  node(task: TaskId): GraphNode;
  wish(task: TaskId): Wish;
  codeDigest(node: GraphNode): string;
  started?(lease: Lease): void;
  ended?(lease: Lease, end: AttemptEnd, retryAtMs: number | undefined): void;
  readonly signal: AbortSignal;
}

/**
 * Takes work from a scheduler and does it until nothing is left that could run. Resolves when every attempt it began has
 * been reported. When `signal` aborts, it tells the scheduler to cancel and stops its attempts.
 */
export async function work(options: WorkerOptions): Promise<void> {
  const { scheduler, signal } = options;
  const running = new Map<string, { readonly slot: string; readonly abort: AbortController }>();
  const busy = (): number => new Set([...running.values()].map(({ slot }) => slot)).size;
  const released = new Set<string>();
  const batchMax = Math.max(...options.runners.map((runner) => runner.batchMax ?? 1));
  let spare: string[] = [];
  let more: string[] = [];
  let broken: { readonly error: unknown } | undefined;
  const timer = options.timer ?? processTimer;
  const wake = wakeUp(timer);
  const stop = (): void => {
    void scheduler({ kind: 'cancel' }).then(wake.now);
    for (const { abort } of running.values()) abort.abort();
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  let stopBeats = (): void => undefined;
  const nextBeat = (): void => {
    stopBeats = timer(options.beatMs, () => {
      nextBeat();
      void beat(options, running);
    });
  };
  nextBeat();
  try {
    for (;;) {
      const free = options.slots - busy();
      spare = topped(spare, free);
      more = topped(more, free * (batchMax - 1));
      if (broken !== undefined) throw broken.error;
      const answer = await scheduler({
        kind: 'next',
        worker: options.name,
        runners: options.runners.map((each) => each.name),
        attempts: spare,
        ...(more.length === 0 ? {} : { more }),
      });
      assert(answer.kind === 'work', 'A scheduler answers `next` with work.');
      const used = new Set([...(answer.spent ?? []), ...answer.leases.map(({ attempt: id }) => id)]);
      spare = spare.filter((id) => !used.has(id));
      more = more.filter((id) => !used.has(id));
      const begun = answer.leases.filter((lease) => !running.has(lease.attempt));
      for (const [slot, leases] of bySlot(begun)) {
        const places = batchOf(runnerOf(leases, options), leases.length, options.context);
        for (const [index, lease] of leases.entries()) {
          const abort = new AbortController();
          running.set(lease.attempt, { slot, abort });
          void attend(lease, places[index] as BatchPlace, options, abort.signal)
            .catch((error: unknown) => {
              broken ??= { error };
            })
            .finally(() => {
              running.delete(lease.attempt);
              wake.now();
            });
        }
      }
      await release(options.runners, answer.idleRunners, released);
      if (answer.ended && running.size === 0) return;
      if (answer.leases.length === 0 || busy() >= options.slots)
        // Others may bring some about, or leave some behind, so it is never for longer than a beat.
        await wake.wait(Math.min(options.beatMs, answer.againInMs ?? options.beatMs));
    }
  } finally {
    stopBeats();
    signal.removeEventListener('abort', stop);
  }
}

/** As many ids as there is room for, those known first. */
function topped(ids: readonly string[], room: number): string[] {
  const kept = ids.slice(0, Math.max(0, room));
  while (kept.length < room) kept.push(newAttemptId());
  return kept;
}

/** Leases by what they take together: those of one batch, and each of the others. */
function bySlot(leases: readonly Lease[]): ReadonlyMap<string, readonly Lease[]> {
  return Map.groupBy(leases, ({ batch, attempt: id }) => batch ?? id);
}

function runnerOf([lease]: readonly Lease[], { runners }: WorkerOptions): Runner {
  const runner = runners.find((each) => each.name === lease?.runner);
  assert(runner, `A lease for ${lease?.task} names the runner ${lease?.runner}, which this worker has not.`);
  return runner;
}

async function attend(
  lease: Lease,
  place: BatchPlace,
  options: WorkerOptions,
  signal: AbortSignal,
): Promise<void> {
  options.started?.(lease);
  const node = options.node(lease.task);
  const end = await attempt(
    {
      id: lease.attempt,
      node,
      place,
      wish: options.wish(lease.task),
      codeDigest: options.codeDigest(node),
      signal,
    },
    options.context,
  );
  const answer = await options.scheduler({
    kind: 'report',
    worker: options.name,
    attempt: lease.attempt,
    end,
  });
  if (answer.kind === 'reported' && answer.accepted) options.ended?.(lease, end, answer.retryAtMs);
}

async function beat(
  options: WorkerOptions,
  running: ReadonlyMap<string, { readonly abort: AbortController }>,
): Promise<void> {
  const answer = await options.scheduler({
    kind: 'beat',
    worker: options.name,
    attempts: [...running.keys()],
  });
  if (answer.kind !== 'beaten') return;
  for (const id of [...answer.lost, ...answer.cancelled]) running.get(id)?.abort.abort();
}

/** Tells runners with nothing ahead to let go of what costs, once until they have work again. */
async function release(
  runners: readonly Runner[],
  idle: readonly string[],
  released: Set<string>,
): Promise<void> {
  for (const runner of runners) {
    if (!idle.includes(runner.name)) released.delete(runner.name);
    else if (!released.has(runner.name)) {
      released.add(runner.name);
      await runner.release?.();
    }
  }
}

function processTimer(waitMs: number, act: () => void): () => void {
  const timer = setTimeout(act, waitMs);
  return () => clearTimeout(timer);
}

interface WakeUp {
  now(): void;
  /** Waits until `now` is called or the time has passed; a call before the wait counts. */
  wait(waitMs: number): Promise<void>;
}

function wakeUp(timer: Timer): WakeUp {
  let called = false;
  let resolveWait: (() => void) | undefined;
  return {
    now() {
      called = true;
      resolveWait?.();
    },
    async wait(waitMs) {
      if (!called) {
        await new Promise<void>((resolve) => {
          const stop = timer(waitMs, resolve);
          resolveWait = () => {
            stop();
            resolve();
          };
        });
      }
      called = false;
      resolveWait = undefined;
    },
  };
}
