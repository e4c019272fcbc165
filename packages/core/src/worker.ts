import type { AttemptContext, AttemptEnd } from './attempt.ts';
import { attempt } from './attempt.ts';
import { attemptIds } from './attempt-ids.ts';
import { assert } from './assert.ts';
import type { BatchPlace } from './batch.ts';
import { batchOf } from './batch.ts';
import { reportOf } from './errors.ts';
import type { GraphNode } from './graph.ts';
import { reportEnd } from './report-end.ts';
import type { Runner } from './runner.ts';
import type { SchedulerPort } from './scheduler-port.ts';
import { askAgainMs, isUnreachable, refusedError } from './scheduler-port.ts';
import type { Lease, ProjectRef, WorkResponse } from './scheduler/protocol.ts';
import { shortEnd } from './short-end.ts';
import type { TaskId } from './task.ts';
import type { Timer } from './timer.ts';
import { pause, processTimer, wakeUp } from './timer.ts';

export interface WorkerOptions {
  readonly name: string;
  /** How many attempts run at once; a batch counts as one. */
  readonly slots: number;
  readonly scheduler: SchedulerPort;
  /** What it can do: only tasks of this project, for these runners. */
  readonly project?: ProjectRef;
  readonly runners: readonly Runner[];
  /** The surroundings of its attempts; run and today come with each lease. */
  readonly context: Omit<AttemptContext, 'run' | 'today'>;
  /**
   * How often it says that it is alive, and how long it waits at most before it asks for work again. Where its leases are short
   * it says so three times in each.
   */
  readonly beatMs: number;
  /** Default: the timers of the process. */
  readonly timer?: Timer;
  /** In [0, 1), for jitter. Default: Math.random. */
  readonly random?: () => number;
  node(task: TaskId): GraphNode;
  codeDigest(node: GraphNode): string;
  started?(lease: Lease): void;
  ended?(lease: Lease, end: AttemptEnd, retryAtMs: number | undefined): void;
  /** The lease was lost: whatever came of the attempt does not count, unless it has published already. */
  abandoned?(lease: Lease): void;
  /** There was no answer; it goes on asking. */
  unanswered?(error: unknown): void;
  /** How long its clusters have lived so far, in hours, by runner; it says so with each beat. Default: none has. */
  clusterHours?(): Readonly<Record<string, number>>;
  /** How long it waits before it asks again where there was no work. Default: `beatMs`. Short where the question itself waits. */
  readonly restMs?: number;
  /** Goes on when nothing is left that could run, for there may be more later. Default false. */
  readonly stays?: boolean;
  /** When it aborts, nothing more is begun, and what runs goes on to its end. */
  readonly drain?: AbortSignal;
  /**
   * When it aborts, what runs is stopped. A worker that stays reports it as cancelled, and others take it; one that does not
   * is all that works for its scheduler, and tells it to cancel everything.
   */
  readonly signal: AbortSignal;
}

interface Running {
  readonly lease: Lease;
  readonly slot: string;
  readonly abort: AbortController;
  lost: boolean;
  /** Stops the timer at whose end the lease has run out. */
  stopTimer(): void;
}

/**
 * Takes work from a scheduler and does it until nothing is left that could run or it is told to go. Resolves when every
 * attempt that it began has been reported, or its lease is lost. Asks again, with the same words, whatever is not answered.
 */
export async function work(options: WorkerOptions): Promise<void> {
  const {
    scheduler,
    signal,
    drain,
    slots,
    stays = false,
    restMs = options.beatMs,
    timer = processTimer,
    random = Math.random,
  } = options;
  const running = new Map<string, Running>();
  const wake = wakeUp(timer);
  let broken: { readonly error: unknown } | undefined;
  const breaks = (error: unknown): void => {
    broken ??= { error };
    wake.now();
  };
  const stop = (): void => {
    if (!stays) void scheduler({ kind: 'cancel' }).then(wake.now, breaks);
    for (const { abort } of running.values()) abort.abort();
    wake.now();
  };
  const told = AbortSignal.any([...(drain === undefined ? [] : [drain]), ...(stays ? [signal] : [])]);
  const leaves = (): boolean => told.aborted;
  const begin = (leases: readonly Lease[]): void => {
    for (const [slot, together] of bySlot(leases)) {
      const [first] = together;
      assert(first, 'A slot is taken by a lease at least.');
      const places = batchOf(runnerOf(first, options), together.length, contextOf(first, options));
      for (const [index, lease] of together.entries()) {
        const each: Running = {
          lease,
          slot,
          abort: new AbortController(),
          lost: false,
          stopTimer: () => undefined,
        };
        running.set(lease.attempt, each);
        countDown(each, timer);
        beats.within(lease.leaseMs / beatsInLease);
        // Whoever was told to go meanwhile begins none of them.
        if (leaves() || signal.aborted) each.abort.abort();
        void attend(each, places[index] as BatchPlace, options, { timer, random })
          .catch(breaks)
          .finally(() => {
            each.stopTimer();
            running.delete(lease.attempt);
            wake.now();
          });
      }
    }
  };
  const beats = keepBeating(options, running, breaks, { timer, random });
  signal.addEventListener('abort', stop, { once: true });
  drain?.addEventListener('abort', wake.now, { once: true });
  if (signal.aborted) stop();
  const released = new Set<string>();
  const ids = attemptIds(Math.max(...options.runners.map((runner) => runner.batchMax ?? 1)));
  let tries = 0;
  try {
    for (;;) {
      if (broken !== undefined) throw broken.error;
      if (leaves()) {
        if (tries > 0) {
          // What an unanswered question brought is given again for its ids, and nothing new without `attempts`.
          const answer = await ask(options, { attempts: [], more: ids.unused() });
          if ('leases' in answer) {
            tries = 0;
            begin(answer.leases);
          }
        }
        if (running.size === 0) return;
        await wake.wait(options.beatMs);
        continue;
      }
      const free = slots - busySlots(running);
      const answer = await ask(options, ids.for(free), told);
      if ('unanswered' in answer) {
        tries += 1;
        await wake.wait(askAgainMs(tries, random));
        continue;
      }
      tries = 0;
      ids.used([...(answer.spent ?? []), ...answer.leases.map((lease) => lease.attempt)]);
      begin(answer.leases.filter((lease) => !running.has(lease.attempt)));
      await release(options.runners, answer.idleRunners, released);
      if (answer.ended && running.size === 0 && !stays) return;
      // Others may bring some about, or leave some behind, so it is never for longer than a beat.
      if (busySlots(running) >= slots)
        await wake.wait(Math.min(options.beatMs, answer.againInMs ?? options.beatMs));
      else if (answer.leases.length === 0) await wake.wait(Math.min(restMs, answer.againInMs ?? restMs));
    }
  } finally {
    beats.stop();
    signal.removeEventListener('abort', stop);
    drain?.removeEventListener('abort', wake.now);
  }
}

function busySlots(running: ReadonlyMap<string, Running>): number {
  return new Set(Array.from(running.values(), ({ slot }) => slot)).size;
}

interface Timing {
  readonly timer: Timer;
  readonly random: () => number;
}

async function ask(
  { name, project, runners, scheduler, unanswered }: WorkerOptions,
  { attempts, more }: { readonly attempts: readonly string[]; readonly more: readonly string[] },
  signal?: AbortSignal,
): Promise<WorkResponse | { readonly unanswered: true }> {
  try {
    const answer = await scheduler(
      {
        kind: 'next',
        worker: name,
        ...(project === undefined ? {} : { project }),
        runners: runners.map((each) => each.name),
        attempts,
        ...(more.length === 0 ? {} : { more }),
      },
      signal,
    );
    if (answer.kind === 'refused') throw refusedError('next', answer.why);
    assert(
      answer.kind === 'work',
      `A scheduler answers \`next\` with work, not with ${JSON.stringify(answer)}.`,
    );
    return answer;
  } catch (error) {
    if (signal?.aborted === true && error === signal.reason) return { unanswered: true };
    if (!isUnreachable(error)) throw error;
    unanswered?.(error);
    return { unanswered: true };
  }
}

/** Leases by what they take together: those of one batch, and each of the others. */
function bySlot(leases: readonly Lease[]): ReadonlyMap<string, readonly Lease[]> {
  return Map.groupBy(leases, ({ batch, attempt: id }) => batch ?? id);
}

function runnerOf(lease: Lease, { runners }: WorkerOptions): Runner {
  const runner = runners.find((each) => each.name === lease.runner);
  assert(runner, `A lease for ${lease.task} names the runner ${lease.runner}, which this worker has not.`);
  return runner;
}

function contextOf({ run, today }: Lease, { context }: WorkerOptions): AttemptContext {
  return { ...context, run, today };
}

/** From now on the lease lasts for its length, unless it is renewed. */
function countDown(running: Running, timer: Timer): void {
  running.stopTimer();
  running.stopTimer = timer(running.lease.leaseMs, () => lose(running));
}

function lose(running: Running): void {
  running.lost = true;
  running.abort.abort();
}

async function attend(
  running: Running,
  place: BatchPlace,
  options: WorkerOptions,
  timing: Timing,
): Promise<void> {
  const { lease, abort } = running;
  let end: AttemptEnd = { kind: 'cancelled' };
  if (abort.signal.aborted) {
    place.leave();
  } else {
    options.started?.(lease);
    end = shortEnd(await attempted(lease, place, options, abort.signal));
  }
  for (let tries = 1; ; tries += 1) {
    try {
      const { reported, answer } = await reportEnd(lease, end, options);
      if (answer.accepted) options.ended?.(lease, reported, answer.retryAtMs);
      else options.abandoned?.(lease);
      return;
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      options.unanswered?.(error);
    }
    if (!running.lost) await pause(timing.timer, askAgainMs(tries, timing.random));
    if (running.lost) {
      options.abandoned?.(lease);
      return;
    }
  }
}

async function attempted(
  lease: Lease,
  place: BatchPlace,
  options: WorkerOptions,
  signal: AbortSignal,
): Promise<AttemptEnd> {
  let node: GraphNode;
  let codeDigest: string;
  try {
    node = options.node(lease.task);
    codeDigest = options.codeDigest(node);
  } catch (error) {
    place.leave();
    return { kind: 'failed', fault: 'task', error: reportOf(error) };
  }
  const { attempt: id, wish } = lease;
  return await attempt({ id, node, place, wish, codeDigest, signal }, contextOf(lease, options));
}

/** How often a worker beats at least while a lease lasts, so that one that is lost on the way does no harm. */
const beatsInLease = 3;

interface Beats {
  /** From now on it beats at least as often. */
  within(everyMs: number): void;
  stop(): void;
}

/** Says again and again that the worker is alive. */
function keepBeating(
  options: WorkerOptions,
  running: ReadonlyMap<string, Running>,
  breaks: (error: unknown) => void,
  { timer, random }: Timing,
): Beats {
  let over = false;
  let tries = 0;
  let { beatMs } = options;
  let stopTimer = (): void => undefined;
  const nextBeat = (waitMs: number): void => {
    if (over) return;
    stopTimer();
    stopTimer = timer(waitMs, () => {
      nextBeat(beatMs);
      void beat();
    });
  };
  const beat = async (): Promise<void> => {
    try {
      await beatOnce(options, running, timer);
      tries = 0;
    } catch (error) {
      if (!isUnreachable(error)) {
        breaks(error);
        return;
      }
      options.unanswered?.(error);
      tries += 1;
      nextBeat(Math.min(beatMs, askAgainMs(tries, random)));
    }
  };
  nextBeat(beatMs);
  return {
    within(everyMs) {
      if (everyMs >= beatMs) return;
      beatMs = everyMs;
      nextBeat(beatMs);
    },
    stop() {
      over = true;
      stopTimer();
    },
  };
}

async function beatOnce(
  { name, scheduler, clusterHours }: WorkerOptions,
  running: ReadonlyMap<string, Running>,
  timer: Timer,
): Promise<void> {
  const attempts = [...running.keys()];
  const hours = clusterHours?.() ?? {};
  const answer = await scheduler({
    kind: 'beat',
    worker: name,
    attempts,
    ...(Object.keys(hours).length === 0 ? {} : { clusterHours: hours }),
  });
  if (answer.kind === 'refused') throw refusedError('beat', answer.why);
  if (answer.kind !== 'beaten') return;
  const lost = new Set(answer.lost);
  for (const id of attempts) {
    const each = running.get(id);
    if (each === undefined) continue;
    if (lost.has(id)) lose(each);
    else countDown(each, timer);
  }
  for (const id of answer.cancelled) running.get(id)?.abort.abort();
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
