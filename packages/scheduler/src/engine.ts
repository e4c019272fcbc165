import type { Request, Response, Scheduler, SchedulerEvent, SchedulerState, Timer } from '@daybook/core';
import { assert, DaybookError } from '@daybook/core';
import type { Logger } from 'pino';
import { endedOf } from './ended.ts';
import type { Machine, MachineOptions } from './machine.ts';
import { machineFrom } from './machine.ts';
import { digestOf } from './store/chain.ts';
import type { AttemptRow, AttemptsAsked, EndedRun } from './store/history.ts';
import type { Journal } from './store/journal.ts';
import { mayBeTriedAgain } from './store/journal.ts';
import type { Loaded } from './store/store.ts';

export interface EngineOptions {
  readonly journal: Journal;
  /** What the machine is to be told from now on. */
  readonly machine: MachineOptions;
  readonly nowMs: () => number;
  readonly timer: Timer;
  /** A clock that nobody sets, and that stands still while the machine sleeps. */
  readonly steadyMs: () => number;
  readonly log: Logger;
  /** A snapshot is taken once the journal behind the last one is longer than that, and longer than this. */
  readonly snapshotBytes: number;
  /** And when the last one is older than this and anything has been asked since. */
  readonly snapshotMs: number;
  /** How long what has ended is told of in the history. */
  readonly historyMs: number;
  /** Told of everything that has happened and when, by the scheduler's clock, once it is durable. */
  happened(event: SchedulerEvent, atMs: number): void;
}

/**
 * The state machine with its journal: what it answers is durable before anybody hears it. After a failed write it answers
 * nothing, for its memory is then ahead of the disk. If nothing of the write can have got there (a full disk), it tries again
 * within a second, whether anybody asks or not: the state is read back from the disk, and it goes on from there. After a failed
 * fsync or with a damaged file it stays so until it is started anew.
 */
export interface Engine {
  /** Answers one request; throws the `DaybookError` of the journal when it cannot be kept. */
  ask(request: Request): Promise<Answered>;
  /** What `look` gives, as soon as all that it saw is durable. It must be a copy. */
  read<T>(look: (scheduler: Scheduler) => T): Promise<T>;
  /** Counts what has changed. */
  version(): number;
  /** Resolves when the version is another one, or when the time has passed or `signal` aborts. */
  change(version: number, waitMs: number, signal: AbortSignal): Promise<void>;
  attempts(asked: AttemptsAsked): Promise<readonly AttemptRow[]>;
  endedRuns(limit: number): Promise<readonly EndedRun[]>;
  endedRun(run: string): Promise<EndedRun | undefined>;
  /** Why nothing can be answered now; it tries again where that may help. */
  fault(): Promise<DaybookError | undefined>;
  /** Waits for what goes on, takes a snapshot and closes the journal. */
  stop(): Promise<void>;
}

/** What a snapshot holds. A journal is played back with the options it was written with, whatever they are now. */
interface Kept {
  readonly options: MachineOptions;
  readonly state: SchedulerState;
}

/** A request's answer, and the same as the JSON that is sent. */
export interface Answered {
  readonly response: Response;
  readonly text: string;
}

/** A failed write is tried again at most so often. */
const tryAgainMs = 1000;
const pruneMs = 3_600_000;
const tickLeastMs = 50;
const tickMostMs = 600_000;
/** A leap that is shorter does no harm to leases. */
const leastLeapMs = 1000;
const nothing = { entries: [], runs: [], attempts: [] };
/** What changes nothing that anybody waits for unless something happens with it. */
const quiet: ReadonlySet<Request['kind']> = new Set(['next', 'beat', 'tick', 'started']);

/** Brings the machine to where it was, and proves by a snapshot that the journal can be written. */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { journal, nowMs, steadyMs, log } = options;
  let { machine, seq } = restored(journal.loaded, options);
  let failed: DaybookError | undefined;
  let triedAtMs = Number.NEGATIVE_INFINITY;
  let trying: Promise<void> | undefined;
  let bytes = 0;
  let lastBytes = 0;
  let snapshotAtMs = nowMs();
  let prunedAtMs = Number.NEGATIVE_INFINITY;
  let keeping: Promise<void> | undefined;
  let version = 0;
  const waiters = new Set<() => void>();

  const fail = (error: unknown): DaybookError => {
    const known =
      error instanceof DaybookError
        ? error
        : new DaybookError(
            'write-failed',
            'The journal failed in a way that Daybook does not know: start the server again.',
            { cause: error },
          );
    if (failed === undefined) log.error({ code: known.code, why: known.message }, 'journal-failed');
    failed ??= known;
    awaitTick();
    return failed;
  };
  const keep = async (): Promise<void> => {
    const state = JSON.stringify({
      options: options.machine,
      state: machine.scheduler.state(),
    } satisfies Kept);
    const [at, atMs] = [seq, nowMs()];
    [bytes, lastBytes, snapshotAtMs] = [0, state.length, atMs];
    // All that the state holds has to be in the journal first.
    await journal.append(nothing);
    await journal.snapshot(at, atMs, state);
    if (atMs - prunedAtMs < pruneMs) return;
    prunedAtMs = atMs;
    await journal.prune(atMs - options.historyMs);
  };
  const keepInTime = (): void => {
    const due =
      bytes > Math.max(options.snapshotBytes, lastBytes) ||
      (bytes > 0 && nowMs() - snapshotAtMs >= options.snapshotMs);
    if (!due || keeping !== undefined || failed !== undefined) return;
    keeping = keep()
      // The journal is longer for it and nothing is lost: the next one may succeed.
      .catch((error: unknown) => log.warn({ why: messageOf(error) }, 'snapshot-failed'))
      .finally(() => (keeping = undefined));
  };
  const tryAgain = async (): Promise<void> => {
    triedAtMs = steadyMs();
    try {
      await keeping;
      ({ machine, seq } = restored(await journal.reopen(), options));
      await keep();
      failed = undefined;
      log.warn({}, 'journal-works-again');
    } catch (error) {
      log.warn({ why: messageOf(error) }, 'journal-still-failed');
      if (!mayBeTriedAgain(error)) failed = error instanceof DaybookError ? error : failed;
    }
  };
  const refuseIfFailed = async (): Promise<void> => {
    if (failed === undefined) return;
    if (mayBeTriedAgain(failed) && (trying !== undefined || steadyMs() - triedAtMs >= tryAgainMs)) {
      trying ??= tryAgain().finally(() => (trying = undefined));
      await trying;
    }
    if (failed !== undefined) throw failed;
  };
  const durable = async (act: Promise<void>): Promise<void> => {
    try {
      await act;
    } catch (error) {
      throw fail(error);
    }
  };

  /** Answers one request, as soon as it is durable. */
  const perform = async (request: Request): Promise<Answered> => {
    const atMs = nowMs();
    const text = JSON.stringify(request);
    let step: ReturnType<Machine['handle']>;
    try {
      step = machine.handle(request, atMs);
    } catch (error) {
      // It may have stopped half-way: its state is read back before it answers anything more.
      fail(
        new DaybookError('write-failed', 'A request could not be carried out.', { cause: { mayPass: true } }),
      );
      throw error;
    }
    const answer = JSON.stringify(step.response);
    seq += 1;
    bytes += text.length;
    await durable(
      journal.append({
        entries: [{ seq, atMs, request: text, answer: digestOf(answer) }],
        ...endedOf(step.events, step.atMs),
      }),
    );
    for (const each of step.events) options.happened(each, step.atMs);
    if (step.events.length > 0 || !quiet.has(request.kind)) {
      version += 1;
      for (const wake of waiters) wake();
    }
    keepInTime();
    awaitTick();
    return { response: step.response, text: answer };
  };

  let stopTick = (): void => undefined;
  let tickAtMs = Number.POSITIVE_INFINITY;
  const nextTickMs = (): number => {
    if (failed === undefined) return machine.scheduler.nextChangeMs();
    return mayBeTriedAgain(failed) ? nowMs() + tryAgainMs : Number.POSITIVE_INFINITY;
  };
  /** What falls due by itself falls due without anybody asking, and so does the next try after a failed write. */
  const awaitTick = (): void => {
    const dueMs = nextTickMs();
    if (stopped || dueMs >= tickAtMs) return;
    stopTick();
    tickAtMs = dueMs;
    stopTick = options.timer(Math.min(Math.max(dueMs - nowMs(), tickLeastMs), tickMostMs), () => {
      tickAtMs = Number.POSITIVE_INFINITY;
      // Where it cannot be kept, whoever asks next is told.
      if (!stopped) engine.ask({ kind: 'tick' }).catch(awaitTick);
    });
  };
  let stopped = false;
  let aheadMs = nowMs() - steadyMs();
  /** By how much the clock has leapt forward since this was asked last: it was set, or the machine has slept. */
  const leaptMs = (): number => {
    const before = aheadMs;
    aheadMs = nowMs() - steadyMs();
    return aheadMs - before;
  };

  const engine: Engine = {
    async ask(request) {
      await refuseIfFailed();
      const leapMs = leaptMs();
      if (leapMs >= leastLeapMs) {
        // The workers count their leases by clocks of their own, which have not leapt.
        log.warn({ leapMs: Math.round(leapMs) }, 'clock-leapt');
        await perform({ kind: 'started' });
      }
      return await perform(request);
    },
    async read(look) {
      await refuseIfFailed();
      const seen = look(machine.scheduler);
      await durable(journal.append(nothing));
      return seen;
    },
    version: () => version,
    change: (seen, waitMs, signal) =>
      new Promise((resolve) => {
        const wake = (): void => {
          waiters.delete(wake);
          stopTimer();
          signal.removeEventListener('abort', wake);
          resolve();
        };
        const stopTimer = options.timer(waitMs, wake);
        waiters.add(wake);
        signal.addEventListener('abort', wake);
        if (signal.aborted || seen !== version) wake();
      }),
    attempts: (asked) => journal.attempts(asked),
    endedRuns: (limit) => journal.endedRuns(limit),
    endedRun: (run) => journal.endedRun(run),
    async fault() {
      try {
        await refuseIfFailed();
        return undefined;
      } catch (error) {
        return error as DaybookError;
      }
    },
    async stop() {
      stopped = true;
      stopTick();
      await journal.append(nothing).catch(() => undefined);
      await keeping;
      if (failed === undefined && bytes > 0)
        await keep().catch((error: unknown) => log.warn({ why: messageOf(error) }, 'snapshot-failed'));
      await journal.close();
    },
  };
  await keep();
  await perform({ kind: 'started' });
  return engine;
}

function restored({ snapshot, entries }: Loaded, options: EngineOptions): { machine: Machine; seq: number } {
  try {
    const kept = snapshot === undefined ? undefined : (JSON.parse(snapshot.state) as Kept);
    const before = machineFrom(kept?.state, kept?.options ?? options.machine);
    for (const { seq, request, atMs, answer } of entries) {
      const { response } = before.handle(JSON.parse(request) as Request, atMs);
      assert(
        digestOf(JSON.stringify(response)) === answer,
        `Entry ${seq} is answered otherwise than it was.`,
      );
    }
    const machine = machineFrom(before.scheduler.state(), options.machine);
    return { machine, seq: entries.at(-1)?.seq ?? snapshot?.seq ?? 0 };
  } catch (error) {
    throw new DaybookError(
      'state-damaged',
      `The journal is whole, and this Daybook does not come to the answers that were given. Start the version that wrote it, stop that with SIGTERM, and start this one again; or restore a backup. ${messageOf(error)}`,
      { cause: error },
    );
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
