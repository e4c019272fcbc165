import { DaybookError } from '@daybook/core';
import { expect, test } from 'vitest';
import type { Engine } from '../src/engine.ts';
import { startEngine } from '../src/engine.ts';
import { openLog } from '../src/logs.ts';
import { mayPass, stateFailure } from '../src/store/failures.ts';
import type { Journal } from '../src/store/journal.ts';

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
  fail(mayPass: boolean): void;
  pass(ms: number): void;
  readonly reopened: () => number;
}> {
  let failure: Error | undefined;
  let nowMs = 1000;
  let reopened = 0;
  const orFail = (): Promise<void> => (failure === undefined ? Promise.resolve() : Promise.reject(failure));
  const loaded = { snapshot: undefined, entries: [] };
  const journal: Journal = {
    loaded,
    append: orFail,
    snapshot: orFail,
    prune: () => Promise.resolve(0),
    attempts: () => Promise.resolve([]),
    endedRuns: () => Promise.resolve([]),
    endedRun: () => Promise.resolve(undefined),
    reopen: () => {
      reopened += 1;
      failure = undefined;
      return Promise.resolve(loaded);
    },
    close: () => Promise.resolve(),
  };
  const engine = await startEngine({
    journal,
    machine: {},
    nowMs: () => nowMs,
    timer: () => () => undefined,
    steadyMs: () => nowMs,
    log: openLog({ level: 'silent' }),
    snapshotBytes: 1e9,
    snapshotMs: 1e9,
    historyMs: 1e9,
    happened: () => undefined,
  });
  return {
    engine,
    fail: (mayPass) => (failure = new DaybookError('write-failed', 'it failed', { cause: { mayPass } })),
    pass: (ms) => (nowMs += ms),
    reopened: () => reopened,
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
    pass(3_600_000);
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
  pass(1000);
  await Promise.all([engine.ask(pause), engine.ask(pause), engine.read(() => 0)]);
  expect(reopened()).toBe(2);
});
