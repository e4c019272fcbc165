import type { Request } from '@daybook/core';
import { DaybookError } from '@daybook/core';
import { expect, test } from 'vitest';
import type { Engine } from '../src/engine.ts';
import { startEngine } from '../src/engine.ts';
import { openLog } from '../src/logs.ts';
import { mayPass, stateFailure } from '../src/store/failures.ts';
import type { Journal } from '../src/store/journal.ts';
import type { Loaded } from '../src/store/store.ts';
import { attemptId, nextOf, submitOf } from './requests.ts';

/** An error as SQLite raises it, with its extended result code. */
const sqliteError = (errcode: number): Error => Object.assign(new Error('disk I/O error'), { errcode });

test.each([
  ['a full disk', 13, true, 'write-failed'],
  ['a write that was refused', 778, true, 'write-failed'],
  ['a read-only disk', 8, true, 'write-failed'],
  ['a file that cannot be opened', 14, true, 'write-failed'],
  ['a failed fsync', 1034, false, 'write-failed'],
  ['a failed fsync of the folder', 1290, false, 'write-failed'],
  ['a failed read', 266, false, 'write-failed'],
  ['damage', 11, false, 'state-damaged'],
  ['what is no database', 26, false, 'state-damaged'],
])('%s: whether it may pass, and what it is called', (_, errcode, passes, code) => {
  const failure = stateFailure('/state', sqliteError(errcode));
  expect(failure.code).toBe(code);
  expect(mayPass(failure)).toBe(passes);
});

/**
 * An engine on a journal that fails when it is told to. No disk here fails its fsync on request, so these failures are made
 * up: that is all that is made up.
 */
async function onFailingJournal(): Promise<{
  readonly engine: Engine;
  /** Fails until it is opened anew, and so many times then. */
  fail(mayPass: boolean, reopensMore?: number): void;
  /** Lets time pass, and what is due then happen. The clock may be set back meanwhile. */
  pass(ms: number, setBackMs?: number): Promise<void>;
  readonly reopened: () => number;
  readonly happened: readonly string[];
}> {
  let failure: Error | undefined;
  let [nowMs, steadyMs] = [1_000_000, 1000];
  let [reopened, failing] = [0, 0];
  const happened: string[] = [];
  const timers = new Set<{ readonly atMs: number; act(): void }>();
  let loaded: Loaded = { snapshot: undefined, entries: [] };
  const orFail = (): Promise<void> => (failure === undefined ? Promise.resolve() : Promise.reject(failure));
  const journal: Journal = {
    loaded,
    append: async ({ entries }) => {
      await orFail();
      loaded = { ...loaded, entries: [...loaded.entries, ...entries] };
    },
    snapshot: async (seq, _, state) => {
      await orFail();
      loaded = { snapshot: { seq, state }, entries: [] };
    },
    prune: () => Promise.resolve(0),
    attempts: () => Promise.resolve([]),
    endedRuns: () => Promise.resolve([]),
    endedRun: () => Promise.resolve(undefined),
    reopen: () => {
      reopened += 1;
      if (failing > 0) {
        failing -= 1;
        return orFail() as never;
      }
      failure = undefined;
      return Promise.resolve(loaded);
    },
    close: () => Promise.resolve(),
  };
  const engine = await startEngine({
    journal,
    machine: {},
    nowMs: () => nowMs,
    timer: (waitMs, act) => {
      const timer = { atMs: steadyMs + waitMs, act };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    steadyMs: () => steadyMs,
    log: openLog({ level: 'silent' }),
    snapshotBytes: 1e9,
    snapshotMs: 1e9,
    historyMs: 1e9,
    happened: (event) => void happened.push(event.kind),
  });
  return {
    engine,
    fail(mayPass, reopensMore = 0) {
      failure = new DaybookError('write-failed', 'it failed', { cause: { mayPass } });
      failing = reopensMore;
    },
    async pass(ms, setBackMs = 0) {
      nowMs += ms - setBackMs;
      steadyMs += ms;
      for (const timer of timers) {
        if (timer.atMs > steadyMs || !timers.delete(timer)) continue;
        timer.act();
      }
      await new Promise((resolve) => setImmediate(resolve));
    },
    reopened: () => reopened,
    happened,
  };
}

const pause = { kind: 'pause' } as const;

test('after a failed fsync nothing is answered any more, however long it is asked', async () => {
  const { engine, fail, pass, reopened } = await onFailingJournal();
  fail(false);
  for (let times = 0; times < 3; times += 1) {
    await expect(engine.ask(pause)).rejects.toMatchObject({ code: 'write-failed' });
    await expect(engine.read((scheduler) => scheduler.runs())).rejects.toMatchObject({
      code: 'write-failed',
    });
    expect(await engine.fault()).toMatchObject({ code: 'write-failed' });
    await pass(3_600_000);
  }
  expect(reopened()).toBe(0);
});

test('after a write that was refused it is tried again, once a second at most, by whoever asks', async () => {
  const { engine, fail, pass, reopened } = await onFailingJournal();
  fail(true);
  await expect(engine.ask(pause)).rejects.toMatchObject({ code: 'write-failed' });
  expect(await engine.ask(pause)).toMatchObject({ response: { kind: 'paused' } });
  expect(reopened()).toBe(1);
  fail(true);
  await expect(engine.ask(pause)).rejects.toMatchObject({ code: 'write-failed' });
  await expect(engine.ask(pause)).rejects.toMatchObject({ code: 'write-failed' });
  expect(reopened()).toBe(1);
  await pass(999);
  await expect(engine.ask(pause)).rejects.toMatchObject({ code: 'write-failed' });
  await Promise.all([pass(1), engine.ask(pause), engine.ask(pause), engine.read(() => 0)]);
  expect(reopened()).toBe(2);
});

test('it is tried again though nobody asks, and then what fell due by itself meanwhile happens', async () => {
  const { engine, fail, pass, reopened, happened } = await onFailingJournal();
  await engine.ask(submitOf('r', 1) as unknown as Request);
  await engine.ask(nextOf('w', attemptId(1)) as unknown as Request);
  fail(true, 3);
  await expect(engine.ask(pause)).rejects.toMatchObject({ code: 'write-failed' });
  for (let seconds = 0; seconds < 3; seconds += 1) await pass(1000);
  expect(reopened()).toBe(3);
  await pass(1000);
  expect(await engine.fault()).toBeUndefined();
  await pass(56_000);
  expect(happened).toEqual(['run-started', 'attempt-started', 'attempt-ended']);
});

test('a lease that runs out while the journal fails is lost once it works again', async () => {
  const { engine, fail, pass, happened } = await onFailingJournal();
  await engine.ask(submitOf('r', 1) as unknown as Request);
  await engine.ask(nextOf('w', attemptId(1)) as unknown as Request);
  fail(true, 3);
  // The tick of the lease is the first that cannot be kept.
  await pass(60_000);
  for (let seconds = 0; seconds < 4; seconds += 1) await pass(1000);
  expect(happened).toEqual(['run-started', 'attempt-started', 'attempt-ended']);
});

test('a clock that is set back does not keep it from being tried again', async () => {
  const { engine, fail, pass, reopened } = await onFailingJournal();
  fail(true, 1);
  await expect(engine.ask(pause)).rejects.toMatchObject({ code: 'write-failed' });
  await expect(engine.ask(pause)).rejects.toMatchObject({ code: 'write-failed' });
  await pass(1000, 3_600_000);
  expect(await engine.ask(pause)).toMatchObject({ response: { kind: 'paused' } });
  expect(reopened()).toBe(2);
});
