import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { withRunners } from '../src/close-runners.ts';
import { DaybookError } from '../src/errors.ts';
import { journalRuns, openJournal, readJournal } from '../src/journal.ts';
import { text } from '../src/param.ts';
import type { RunResult } from '../src/run.ts';
import { checkWorkers, exitCodeOf } from '../src/run.ts';
import { outcomeOf } from '../src/scheduler/view.ts';
import type { Task } from '../src/task.ts';
import { defineTask } from '../src/task.ts';
import { memoryTargets } from '../src/testing/index.ts';
import { date, daily, output, ran, resultText, short } from './run-fixture.ts';
import type { StubEnd, StubRunner } from './stub-runner.ts';
import { stubRunner } from './stub-runner.ts';
import { rowsOf, thrownBy } from './text-table.ts';

const folders: string[] = [];
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-run-'));
  folders.push(folder);
  return folder;
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const error = { code: 'job-failed', message: 'It failed.' } as const;
const ends: Readonly<Record<string, StubEnd>> = {
  published: 'a',
  blocked: { kind: 'blocked', controls: [] },
  failed: { kind: 'failed', fault: 'task', error },
  infrastructure: { kind: 'failed', fault: 'infrastructure', error },
  'timed-out': { kind: 'timed-out' },
  crashed: { kind: 'crashed', error },
  cancelled: { kind: 'cancelled' },
  waiting: { kind: 'waiting', for: 'x' },
  bug: { kind: 'crashed', error: { code: 'bug', message: 'A bug.' } },
};

const one = defineTask({
  name: 'one',
  params: { end: text },
  output,
  job: { kind: 'code', version: '1', run: async () => undefined },
});
const below = defineTask({
  name: 'below',
  params: { end: text },
  inputs: ({ end }) => ({ one: one({ end }) }),
  output,
  job: { kind: 'code', version: '1', run: async () => undefined },
});
const byName = stubRunner(({ task }) => ends[String(task.values['end'])] ?? 'a');

async function ranWith(names: readonly string[]): Promise<RunResult> {
  const roots: Task[] = names.map((end) => below({ end }));
  return await ran(memoryTargets(), byName, { roots, workers: 3, of: { tasks: [one, below] } });
}

describe('the outcome of a run', () => {
  // Interrupted or not: the exit codes of both.
  const cases = rowsOf(
    ['ends', 'outcome', 'exit'],
    `
    ends                                        | outcome   | exit
    published                                   | ok        | 0 130
    blocked                                     | blocked   | 5 130
    failed                                      | failed    | 3 130
    infrastructure                              | failed    | 3 130
    timed-out                                   | failed    | 3 130
    crashed                                     | failed    | 3 130
    waiting                                     | waiting   | 4 130
    cancelled                                   | failed    | 3 130
    bug                                         | failed    | 1 1
    published waiting                           | waiting   | 4 130
    waiting failed                              | failed    | 3 130
    waiting cancelled                           | failed    | 3 130
    failed cancelled                            | failed    | 3 130
    failed blocked                              | blocked   | 5 130
    blocked bug                                 | blocked   | 1 1
    waiting blocked published                   | blocked   | 5 130
    waiting timed-out                           | failed    | 3 130
    published waiting failed blocked crashed    | blocked   | 5 130
  `,
  );
  test.each(cases)('with tasks that end $ends is $outcome, exit $exit', async (row) => {
    const result = await ranWith(row.ends.split(' '));
    expect(result.outcome).toBe(row.outcome);
    expect([exitCodeOf(result, false), exitCodeOf(result, true)].join(' ')).toBe(row.exit);
  });

  test('of one that fails leaves the others to go on, and names the culprit below', async () => {
    const result = await ranWith(['blocked', 'published', 'waiting']);
    expect(resultText(result)).toBe(
      'blocked, 0 fresh: one/end=blocked blocked, below/end=blocked upstream-failed by one/end=blocked, ' +
        'one/end=published published 1 (missing), below/end=published published 1 (missing), ' +
        'one/end=waiting waiting, below/end=waiting waiting',
    );
  });

  test('is that of the last attempt: what passes is tried again', async () => {
    let tries = 0;
    const runner = stubRunner(() => {
      tries += 1;
      return tries <= 3 ? (ends['infrastructure'] as StubEnd) : 'a';
    });
    const options = { roots: [one({ end: 'x' })], of: { tasks: [one] } };
    const retries: boolean[] = [];
    const observer = {
      ended: (_lease: unknown, _end: unknown, at?: number) => retries.push(at !== undefined),
    };
    const result = await ran(memoryTargets(), runner, { ...options, observer });
    expect(resultText(result)).toBe('ok, 0 fresh: one/end=x published 1 (missing)');
    expect(retries).toEqual([true, true, true, false]);
  });
});

describe('a run that is cancelled', () => {
  test('stops what is running, begins nothing more, and ends', async () => {
    const abort = new AbortController();
    const target = memoryTargets();
    const runner = stubRunner(async ({ signal }) => {
      queueMicrotask(() => abort.abort());
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      return 'a';
    });
    const result = await ran(target, runner, { signal: abort.signal });
    expect(resultText(result)).toBe(
      'cancelled, 0 fresh: raw cancelled, left cancelled, right cancelled, report cancelled',
    );
    expect(runner.ran.map(short)).toEqual(['raw']);
    expect(await target.currentVersion(`raw/date=${date}`)).toBe(0);
    expect([runner.closed, exitCodeOf(result, false), exitCodeOf(result, true)]).toEqual([1, 3, 130]);
  });

  test('is called so though something in it waits, unless something has failed', () => {
    expect(outcomeOf({ waiting: 1, cancelled: 1, published: 1 })).toBe('cancelled');
    expect(outcomeOf({ waiting: 1, cancelled: 1, failed: 1 })).toBe('failed');
  });

  test('before it began runs nothing', async () => {
    const runner = stubRunner(() => expect.unreachable());
    const result = await ran(memoryTargets(), runner, { signal: AbortSignal.abort() });
    expect(result.outcome).toBe('cancelled');
    expect(runner.closed).toBe(1);
  });

  test('keeps what was published, and the next run goes on from there', async () => {
    const target = memoryTargets();
    const abort = new AbortController();
    const stops = stubRunner(({ task }) => {
      if (task.name === 'left') abort.abort();
      return task.id;
    });
    expect(resultText(await ran(target, stops, { signal: abort.signal }))).toBe(
      'cancelled, 0 fresh: raw published 1 (missing), left cancelled, right cancelled, report cancelled',
    );
    expect(
      resultText(
        await ran(
          target,
          stubRunner(({ task }) => task.id),
        ),
      ),
    ).toBe(
      'ok, 1 fresh: left published 1 (missing), right published 1 (missing), report published 1 (missing)',
    );
  });
});

describe('workers', () => {
  const names = Array.from({ length: 12 }, (_, index) => `t${index}`);
  test('are as many as asked for, and no more', async () => {
    for (const workers of [1, 4]) {
      const runner = stubRunner(async () => {
        await new Promise((resolve) => setImmediate(resolve));
        return 'a';
      });
      const roots = names.map((end) => one({ end }));
      const result = await ran(memoryTargets(), runner, { roots, workers, of: { tasks: [one] } });
      expect([result.outcome, result.tasks.length, runner.most]).toEqual(['ok', 12, workers]);
    }
  });

  test('share the resources of the configuration', async () => {
    const scarce = defineTask({
      name: 'scarce',
      params: { end: text },
      output,
      resources: { disk: 1 },
      job: { kind: 'code', version: '1', run: async () => undefined },
    });
    const runner = stubRunner(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return 'a';
    });
    const roots = names.map((end) => scarce({ end }));
    const options = { roots, workers: 8, of: { tasks: [scarce], resources: { disk: 2 } } };
    expect((await ran(memoryTargets(), runner, options)).outcome).toBe('ok');
    expect(runner.most).toBe(2);
    const none = await ran(memoryTargets(), runner, { ...options, of: { tasks: [scarce] } });
    expect(none.outcome).toBe('failed');
  });

  test('are a whole number from 1 to 256', () => {
    expect([checkWorkers(1), checkWorkers(256)]).toEqual([1, 256]);
    for (const workers of [0, -1, 1.5, 257, Number.NaN])
      expect(thrownBy(() => checkWorkers(workers))).toBe(
        `usage: The number of workers is ${workers}: give a whole number from 1 to 256.`,
      );
  });
});

describe('the journal', () => {
  test('has a line for each thing that happened, in order', async () => {
    const stateFolder = newFolder();
    const runner = stubRunner(({ task }) => (task.name === 'left' ? (ends['blocked'] as StubEnd) : 'a'));
    const result = await ran(memoryTargets(), runner, { stateFolder, command: ['run', 'daily'] });
    expect(journalRuns(stateFolder)).toEqual([result.run]);
    const entries = readJournal(stateFolder, result.run);
    const attempt = expect.stringMatching(/^[0-9a-f]{32}$/);
    const at = expect.stringMatching(/^2018-08-01T06:\d\d:\d\d\.000Z$/);
    const task = (name: string): string => `${name}/date=${date}`;
    const published = { kind: 'published', version: 1, reason: { kind: 'missing' }, rows: 1 };
    const blocked = {
      kind: 'blocked',
      controls: [],
      stage: expect.stringContaining('memory:///left/attempts'),
    };
    const culprit = { kind: 'upstream-failed', culprit: task('left') };
    const durationMs = expect.any(Number);
    expect(entries).toEqual([
      {
        at,
        kind: 'run-started',
        run: result.run,
        today: '2018-08-01',
        command: ['run', 'daily'],
        tasks: 5,
        fresh: 0,
      },
      { at, kind: 'attempt-started', task: task('raw'), attempt, number: 1 },
      { at, kind: 'attempt-ended', task: task('raw'), attempt, end: published, durationMs },
      { at, kind: 'attempt-started', task: task('left'), attempt, number: 1 },
      { at, kind: 'attempt-ended', task: task('left'), attempt, end: blocked, durationMs },
      { at, kind: 'task-ended', task: task('raw'), end: published },
      { at, kind: 'task-ended', task: task('left'), end: blocked },
      { at, kind: 'task-ended', task: task('right'), end: culprit },
      { at, kind: 'task-ended', task: task('report'), end: culprit },
      { at, kind: 'run-ended', outcome: 'blocked' },
    ]);
  });

  test.each(['a file where its folder should be', 'a disk that is full'])(
    'is given up with one warning at %s, and the run goes on',
    async (what) => {
      const folder = newFolder();
      if (what.startsWith('a file')) writeFileSync(join(folder, 'runs'), '');
      else mkdirSync(join(folder, 'runs'));
      const told: string[] = [];
      const journalLost = (why: string): void => void told.push(why);
      if (what.startsWith('a file')) {
        const result = await ran(memoryTargets(), byName, {
          stateFolder: folder,
          observer: { journalLost },
        });
        expect(result.outcome).toBe('ok');
        expect(journalRuns(folder)).toEqual([]);
      } else {
        symlinkSync('/dev/full', join(folder, 'runs', 'a.ndjson'));
        const journal = openJournal(folder, 'a', () => 0, journalLost);
        for (const outcome of ['ok', 'failed']) journal.write({ kind: 'run-ended', outcome });
        journal.close();
      }
      expect(told).toEqual([
        expect.stringMatching(
          /^The journal .*\.ndjson cannot be written, and the run goes on without it: (EEXIST|ENOTDIR|ENOSPC)/,
        ),
      ]);
    },
  );

  test('is read without a last line that a crash has cut', () => {
    const folder = newFolder();
    const journal = openJournal(folder, 'a', () => 0);
    journal.write({ kind: 'run-ended', outcome: 'ok' });
    journal.close();
    appendFileSync(journal.path, '{"at":"1970-01-01T00:0');
    expect(readJournal(folder, 'a')).toEqual([
      { at: '1970-01-01T00:00:00.000Z', kind: 'run-ended', outcome: 'ok' },
    ]);
    expect(readJournal(folder, 'none')).toEqual([]);
  });

  test('is one of several, newest first, among other files', () => {
    const folder = newFolder();
    expect(journalRuns(folder)).toEqual([]);
    for (const run of ['20180724T060000000Z-a', '20180725T060000000Z-b'])
      openJournal(folder, run, () => 0).close();
    writeFileSync(join(folder, 'runs', 'notes.txt'), '');
    expect(journalRuns(folder)).toEqual(['20180725T060000000Z-b', '20180724T060000000Z-a']);
  });
});

test('a run whose observer throws is an error, once, and its runners are closed', async () => {
  const runner = stubRunner(() => 'a');
  const observer = {
    started: () => {
      throw new Error('The terminal is gone.');
    },
  };
  await expect(ran(memoryTargets(), runner, { observer })).rejects.toThrow('The terminal is gone.');
  expect(runner.closed).toBe(1);
});

describe('a runner that does not let go', () => {
  const held = new DaybookError('job-failed', 'Cluster j-1 is not known to have ended.');
  const holding = (error: unknown): StubRunner => ({
    ...stubRunner(() => 'a'),
    close: async () => await Promise.reject(error),
  });

  test('takes nothing from what the run made, and is named beside it', async () => {
    const target = memoryTargets();
    const result = await ran(target, holding(held));
    expect([result.outcome, await target.currentVersion(`report/date=${date}`)]).toEqual(['ok', 1]);
    expect(result.unclosed).toEqual([
      { runner: 'stub', error: { code: 'job-failed', message: 'Cluster j-1 is not known to have ended.' } },
    ]);
    expect([exitCodeOf(result, false), exitCodeOf(result, true)]).toEqual([3, 130]);
    expect(exitCodeOf({ ...result, outcome: 'blocked' }, false)).toBe(5);
  });

  test('is a bug where it throws one', async () => {
    const result = await ran(memoryTargets(), holding(new TypeError('x is not a function')));
    expect([result.outcome, exitCodeOf(result, false)]).toEqual(['ok', 1]);
  });

  test('keeps no other from being closed, and hides no error of the work', async () => {
    const other = stubRunner(() => 'a');
    const runners = [holding(held), other];
    await expect(withRunners(runners, async () => await Promise.reject(new Error('mine')))).rejects.toThrow(
      'mine',
    );
    await expect(withRunners(runners, async () => await Promise.resolve(1))).rejects.toBe(held);
    expect(other.closed).toBe(2);
  });
});

test('a run that cannot be planned is an error', async () => {
  const target = {
    ...memoryTargets(),
    currentVersions: () => {
      throw new DaybookError('target-failed', 'The disk is gone.');
    },
  };
  await expect(
    ran(
      target,
      stubRunner(() => 'a'),
    ),
  ).rejects.toMatchObject({ code: 'target-failed' });
  const loop: { task?: Task } = {};
  const round = defineTask({ name: 'round', inputs: () => ({ round: loop.task ?? daily({ date }) }) });
  loop.task = round();
  await expect(ran(memoryTargets(), byName, { roots: [round()] })).rejects.toMatchObject({
    code: 'task-cycle',
  });
});
