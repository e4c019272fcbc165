import { describe, expect, test } from 'vitest';
import type { DaybookEvent, EventHandlers } from '../src/events/event.ts';
import { openEvents } from '../src/events/open-events.ts';
import { eventsOf } from '../src/events/translate.ts';
import type { RunOptions } from '../src/run.ts';
import { exitCodeOf } from '../src/run.ts';
import type { Runner, RunnerEvent, Work } from '../src/runner.ts';
import type { Target } from '../src/target.ts';
import { defineTask } from '../src/task.ts';
import { memoryTargets } from '../src/testing/index.ts';
import { settled } from './hand-timer.ts';
import { date, load, output, publishNext, ran, raw, short, priced, rates } from './run-fixture.ts';
import type { StubEnd, StubRunner } from './stub-runner.ts';
import { stubRunner } from './stub-runner.ts';

const blocked: StubEnd = {
  kind: 'blocked',
  controls: [
    { name: 'unique-key(id)', held: true, figures: {} },
    {
      name: 'zero-sum(amount)',
      held: false,
      figures: { groups: '1' },
      offenders: [{ account: '4711' }],
      remedy: 'Ask the exchange.',
    },
  ],
};

/** A runner by which raw has `text`, and `ends` decides of others. */
function maker(text: string, ends: (work: Work) => StubEnd | undefined = () => undefined): StubRunner {
  return stubRunner(
    (work) => ends(work) ?? (work.task.name === 'raw' ? text : `${work.task.name} of ${text}`),
  );
}

async function eventsOfRun(
  target: Target,
  runner: Runner,
  options: Parameters<typeof ran>[2] = {},
): Promise<readonly DaybookEvent[]> {
  const events: DaybookEvent[] = [];
  await ran(target, runner, { ...options, told: (event) => events.push(event) });
  return events;
}

/** `attemptEnded raw published`, … */
function text(event: DaybookEvent): string {
  const task = 'task' in event ? ` ${short(event.task)}` : '';
  const outcome = event.kind === 'runEnded' ? ` ${event.outcome}` : '';
  return `${event.kind}${task}${event.kind === 'attemptEnded' ? ` ${event.end.kind}` : outcome}`;
}

describe('a run tells', () => {
  test('that it started, of each attempt in its order, and that it ended', async () => {
    const events = await eventsOfRun(memoryTargets(), maker('a'), { command: ['run', 'daily'] });
    expect(events.map(text)).toEqual([
      'runStarted',
      ...['raw', 'left', 'right', 'report'].flatMap((task) => [
        `attemptStarted ${task}`,
        `attemptEnded ${task} published`,
      ]),
      'runEnded ok',
    ]);
    const [began, started, ended] = events;
    const last = events.at(-1);
    const run = began?.kind === 'runStarted' ? began.run : '';
    const time = expect.stringMatching(/^2018-08-01T06:\d\d:\d\d\.000Z$/);
    const of = { run, today: '2018-08-01', command: ['run', 'daily'] };
    expect(began).toEqual({ kind: 'runStarted', at: time, ...of, counts: { pending: 3, ready: 1 } });
    const attempt = {
      run,
      task: `raw/date=${date}`,
      name: 'raw',
      attempt: expect.stringMatching(/^[0-9a-f]{32}$/),
      number: 1,
      worker: expect.stringContaining(`-${process.pid}`),
      runner: 'stub',
    };
    expect(started).toEqual({ kind: 'attemptStarted', at: time, ...attempt });
    const end = { kind: 'published', version: 1, reason: { kind: 'missing' }, rows: 1 };
    const durationMs = expect.any(Number);
    expect(ended).toEqual({ kind: 'attemptEnded', at: time, ...attempt, end, durationMs });
    expect(last).toEqual({
      kind: 'runEnded',
      at: time,
      ...of,
      outcome: 'ok',
      durationMs: expect.any(Number),
      counts: { published: 4 },
    });
    const livedMs = Date.parse(last?.at ?? '') - Date.parse(began?.at ?? '');
    expect(last).toMatchObject({ durationMs: livedMs });
    expect(livedMs).toBeGreaterThan(0);
    expect(JSON.parse(JSON.stringify(events))).toEqual(events);
  });

  test('once that it started and ended, though something became stale meanwhile and ran again', async () => {
    const target = memoryTargets();
    let done = false;
    const runner = stubRunner(async ({ task }) => {
      if (task.name === 'report' && !done) {
        done = true;
        await publishNext(target, `raw/date=${date}`, { fingerprint: 'another' });
      }
      return task.id;
    });
    const again: string[] = [];
    const observer = { again: (tasks: readonly string[]) => again.push(...tasks) };
    const kinds = (await eventsOfRun(target, runner, { observer })).map(({ kind }) => kind);
    expect(again).not.toEqual([]);
    expect(kinds.filter((kind) => kind.startsWith('run'))).toEqual(['runStarted', 'runEnded']);
    expect([kinds[0], kinds.at(-1)]).toEqual(['runStarted', 'runEnded']);
  });

  test('that it ended where nothing was to be done', async () => {
    const target = memoryTargets();
    await ran(target, maker('a'));
    expect((await eventsOfRun(target, maker('a'))).map(text)).toEqual(['runStarted', 'runEnded ok']);
  });

  test('what late data restated, with the reason, and not what came out as before', async () => {
    const target = memoryTargets();
    await ran(target, maker('a'));
    const events = await eventsOfRun(target, maker('b'), { refetch: true });
    const restated = events.filter(({ kind }) => kind === 'restated');
    expect(restated.map(text)).toEqual(['raw', 'left', 'right', 'report'].map((task) => `restated ${task}`));
    expect(restated.slice(0, 2)).toEqual([
      expect.objectContaining({
        name: 'raw',
        version: 2,
        rows: 1,
        reason: { kind: 'refetch-due', fetchedOn: '2018-08-01' },
      }),
      expect.objectContaining({
        version: 2,
        reason: { kind: 'input-changed', input: `raw/date=${date}`, from: 1, to: 2 },
      }),
    ]);
    expect(events.map(text).slice(1, 4)).toEqual([
      'attemptStarted raw',
      'attemptEnded raw published',
      'restated raw',
    ]);
    const same = await eventsOfRun(target, maker('b'), { refetch: true });
    expect(same.map(text)).toContain('attemptEnded raw unchanged');
    expect(same.filter(({ kind }) => kind === 'restated')).toEqual([]);
  });

  test('which controls failed, and no rows of the data', async () => {
    const events = await eventsOfRun(
      memoryTargets(),
      maker('a', ({ task }) => (task.name === 'left' ? blocked : undefined)),
    );
    expect(events.map(text).slice(-3)).toEqual([
      'attemptEnded left blocked',
      'controlFailed left',
      'runEnded blocked',
    ]);
    expect(events.at(-2)).toMatchObject({
      controls: [{ name: 'zero-sum(amount)', figures: { groups: '1' }, remedy: 'Ask the exchange.' }],
    });
    expect(JSON.stringify(events)).not.toMatch(/4711|offenders/);
  });

  test('what is missing once, be it known before or found out, and nothing of what waits for that', async () => {
    const options = { roots: [priced(), raw({ date: '2018-07-25' })], of: { tasks: [rates, priced, raw] } };
    const runner = maker('a', ({ task }) =>
      task.id === 'raw/date=2018-07-25'
        ? { kind: 'waiting', for: 'the exchange to close the day' }
        : undefined,
    );
    const events = await eventsOfRun(memoryTargets(), runner, options);
    const [first, second, ...more] = events.filter(({ kind }) => kind === 'dependencyMissing');
    expect([first, second, more]).toEqual([
      expect.objectContaining({
        task: 'rates',
        name: 'rates',
        for: 'rates, which another project publishes',
      }),
      expect.objectContaining({ task: 'raw/date=2018-07-25', for: 'the exchange to close the day' }),
      [],
    ]);
    expect(events.map(text).slice(0, 2)).toEqual(['runStarted', 'dependencyMissing rates']);
    expect(events.at(-1)).toMatchObject({ outcome: 'waiting', counts: { published: 1, waiting: 3 } });
  });

  test('of failures without a stack, and when it is tried again', async () => {
    let tries = 0;
    const runner = stubRunner(() => {
      tries += 1;
      if (tries > 1) return 'a';
      const error = { code: 'source-failed', message: 'No answer.', stack: 'at secret.ts:1' } as const;
      return { kind: 'failed', fault: 'infrastructure', error };
    });
    const always = defineTask({ name: 'always', output, job: load });
    const events = await eventsOfRun(memoryTargets(), runner, { roots: [always()], of: { tasks: [always] } });
    expect(events[2]).toMatchObject({
      end: { kind: 'failed', error: { code: 'source-failed', message: 'No answer.' } },
      retryAt: expect.stringMatching(/^2018-08-01T06:\d\d:\d\d\.\d{3}Z$/),
    });
    expect(JSON.stringify(events)).not.toContain('secret.ts');
    expect(events.map(text).slice(-2)).toEqual(['attemptEnded always published', 'runEnded ok']);
  });

  test('that it was cancelled', async () => {
    const abort = new AbortController();
    const runner = maker('a', ({ task }) => {
      if (task.name === 'left') abort.abort();
      return undefined;
    });
    const events = await eventsOfRun(memoryTargets(), runner, { signal: abort.signal });
    expect(text(events.at(-1) as DaybookEvent)).toBe('runEnded cancelled');
  });

  test('what its runners tell of their clusters', async () => {
    let told: ((event: RunnerEvent) => void) | undefined;
    const runner: Runner = {
      ...maker('a'),
      watch: (given) => {
        told = given;
      },
      async close() {
        const cost = { amount: '0.4213', currency: 'USD', estimate: true };
        told?.({ kind: 'cluster-created', cluster: 'j-1', sinceMs: 0 });
        told?.({ kind: 'cluster-ended', cluster: 'j-1', sinceMs: 0, untilMs: 5_400_000, cost });
      },
    };
    const events = await eventsOfRun(memoryTargets(), runner);
    expect(events.slice(-2)).toEqual([
      { kind: 'clusterCreated', at: '1970-01-01T00:00:00.000Z', runner: 'stub', cluster: 'j-1' },
      {
        kind: 'clusterEnded',
        at: '1970-01-01T01:30:00.000Z',
        runner: 'stub',
        cluster: 'j-1',
        since: '1970-01-01T00:00:00.000Z',
        durationMs: 5_400_000,
        cost: { amount: '0.4213', currency: 'USD', estimate: true },
      },
    ]);
    told = undefined;
    await ran(memoryTargets(), runner);
    expect(told).toBeUndefined();
  });
});

test('a run with handlers of every bad kind comes to what one without comes to, byte by byte', async () => {
  const outcome = async (on: EventHandlers | undefined): Promise<string> => {
    const target = memoryTargets();
    await ran(target, maker('a'));
    const reports: string[] = [];
    const events = on && openEvents(on, { reported: (why) => reports.push(why), handlerMs: 20 });
    const runner = maker('b', ({ task }) => (task.name === 'right' ? blocked : undefined));
    const options: Partial<RunOptions> = { refetch: true, ...(events && { told: events.tell }) };
    const result = await ran(target, runner, options);
    const versions: unknown[] = [];
    for await (const name of target.taskNames())
      for await (const each of target.currentVersions(name)) versions.push(each);
    await events?.close(10);
    expect(reports.length > 0).toBe(on !== undefined);
    const facts = [{ ...result, run: 'one' }, exitCodeOf(result, false), runner.ran, versions];
    // Attempts have random ids.
    return JSON.stringify(facts).replaceAll(/[0-9a-f]{32}/g, 'attempt');
  };
  const hangs = async (): Promise<void> => await new Promise(() => undefined);
  const throws = (): never => {
    throw new Error('It throws.');
  };
  const changes = (event: DaybookEvent): void => {
    Object.assign(event, { task: 'another', end: { kind: 'published' }, outcome: 'ok' });
    if (event.kind === 'attemptEnded') Object.assign(event.end, { kind: 'published' });
  };
  const rejects = async (): Promise<void> => {
    await settled();
    throw new Error('It rejects.');
  };
  const all = [throws, hangs, changes, rejects];
  const handlers: EventHandlers = {
    runStarted: all,
    runEnded: all,
    attemptStarted: all,
    attemptEnded: all,
    restated: all,
    controlFailed: all,
  };
  const without = await outcome(undefined);
  expect(JSON.parse(without)[1]).toBe(5);
  expect(await outcome(handlers)).toBe(without);
});

test('of a central scheduler the target of a run is told, and its times are those of the scheduler', () => {
  const run = {
    run: 'r',
    today: '2018-08-01',
    project: { target: 's3://books', digest: 'd' },
    submittedMs: 1000,
    counts: { pending: 2 },
  };
  expect(eventsOf({ kind: 'run-started', run }, 1500)).toEqual([
    {
      kind: 'runStarted',
      at: '1970-01-01T00:00:01.500Z',
      run: 'r',
      today: '2018-08-01',
      target: 's3://books',
      counts: { pending: 2 },
    },
  ]);
  const ended = { ...run, endedMs: 61_000, outcome: 'failed', counts: { failed: 2 } } as const;
  expect(eventsOf({ kind: 'run-ended', run: ended }, 61_500)).toEqual([
    expect.objectContaining({ at: '1970-01-01T00:01:01.000Z', outcome: 'failed', durationMs: 60_000 }),
  ]);
});

test('of an attempt that crashed no stack is told, and when it is tried again to the millisecond', () => {
  const error = { code: 'job-crashed', message: 'It ended.', stack: 'at secret.ts:1' } as const;
  const attempt = { run: 'r', task: 'a', name: 'a', attempt: 'f', number: 1, worker: 'w', runner: 'stub' };
  const ended = {
    kind: 'attempt-ended',
    ...attempt,
    end: { kind: 'crashed', error },
    durationMs: 5,
  } as const;
  const { stack: _, ...told } = error;
  expect(eventsOf({ ...ended, retryAtMs: 2500 }, 1000)).toEqual([
    {
      kind: 'attemptEnded',
      at: '1970-01-01T00:00:01.000Z',
      ...attempt,
      end: { kind: 'crashed', error: told },
      durationMs: 5,
      retryAt: '1970-01-01T00:00:02.500Z',
    },
  ]);
});
