import { describe, expect, test } from 'vitest';
import type { AttemptEnd } from '../src/attempt.ts';
import { shortEnd } from '../src/short-end.ts';
import { graphOf } from '../src/graph.ts';
import { manifestStore } from '../src/manifest-store.ts';
import type { Runner } from '../src/runner.ts';
import type { SchedulerPort } from '../src/scheduler-port.ts';
import type { NextRequest, Request, Response } from '../src/scheduler/protocol.ts';
import { Scheduler } from '../src/scheduler/scheduler.ts';
import { memoryTargets } from '../src/testing/index.ts';
import type { WorkerOptions } from '../src/worker.ts';
import { work } from '../src/worker.ts';
import { left, raw } from './run-fixture.ts';
import { infrastructure, published, submissionOf, submitRequest } from './scheduler-driver.ts';
import type { VirtualTime } from './simulation/virtual-time.ts';
import { virtualTime } from './simulation/virtual-time.ts';
import { stubRunner } from './stub-runner.ts';

const beatMs = 20_000;
const date = '2018-07-24';
const graph = graphOf([left({ date })]);

/** Work by one worker until nothing is left, or as `others` says; `asked` is told each request. */
function working(
  scheduler: Scheduler,
  time: VirtualTime,
  clockMs: () => number,
  asked: (request: Request) => void = () => undefined,
  others: Partial<WorkerOptions> = {},
): { over: boolean; broken?: unknown } {
  const target = memoryTargets();
  const context: WorkerOptions['context'] = {
    target,
    store: manifestStore(target),
    nowMs: clockMs,
    progress: () => undefined,
  };
  const state: { over: boolean; broken?: unknown } = { over: false };
  void work({
    name: 'idle',
    slots: 1,
    scheduler: async (request) => {
      asked(request);
      return scheduler.handle(request, time.nowMs());
    },
    runners: [stubRunner(() => 'text')],
    context,
    beatMs,
    timer(waitMs, act) {
      let stopped = false;
      time.after(waitMs, () => {
        if (!stopped) act();
      });
      return () => void (stopped = true);
    },
    node: (task) => graph.get(task) ?? expect.unreachable(task),
    codeDigest: () => 'code',
    signal: new AbortController().signal,
    ...others,
  }).then(
    () => (state.over = true),
    (error: unknown) => (state.broken = error),
  );
  return state;
}

const { id } = raw({ date });

test('an idle worker asks again within a beat, so that it takes what another has made ready or left behind', async () => {
  const time = virtualTime(1_000_000);
  const scheduler = new Scheduler({ leaseMs: 5 * beatMs });
  scheduler.handle(submitRequest(`${id} runner=stub`), time.nowMs());
  const next = { kind: 'next', worker: 'other', runners: ['stub'], attempts: ['a'] } as const;
  scheduler.handle(next, time.nowMs());
  const state = working(scheduler, time, time.nowMs);
  expect(await time.run(() => state.over, 1_000_000 + 5 * beatMs - 1)).toBe(false);
  expect(await time.run(() => state.over, 1_000_000 + 7 * beatMs)).toBe(true);
  expect([...scheduler.tasks()]).toMatchObject([{ attempts: 2, end: { kind: 'published' } }]);
});

test.each([-7_200_000, 0, 7_200_000])(
  'a worker whose clock is off by %d ms waits for a retry as long as another',
  async (offsetMs) => {
    const time = virtualTime(10_000_000);
    const scheduler = new Scheduler();
    scheduler.handle(submitRequest(`${id} runner=stub`), time.nowMs());
    const next = { kind: 'next', worker: 'other', runners: ['stub'], attempts: ['a'] } as const;
    scheduler.handle(next, time.nowMs());
    const report = { kind: 'report', worker: 'other', attempt: 'a', end: infrastructure } as const;
    scheduler.handle(report, time.nowMs());
    const asked: string[] = [];
    const state = working(
      scheduler,
      time,
      () => time.nowMs() + offsetMs,
      ({ kind }) => asked.push(kind),
    );
    expect(await time.run(() => state.over, time.nowMs() + 2000)).toBe(true);
    expect(asked).toEqual(['next', 'next', 'report', 'next']);
    expect([...scheduler.tasks()]).toMatchObject([{ end: { kind: published.kind } }]);
  },
);

test('a worker whose ids were all used up by requests that came late asks with new ones', async () => {
  const time = virtualTime(1_000_000);
  const scheduler = new Scheduler({ leaseMs: 1000 });
  const tasks = submissionOf(`first runner=other; ${id} runner=stub: first`);
  const ids: string[] = [];
  const state = working(scheduler, time, time.nowMs, (request) => {
    if (request.kind !== 'next' || ids.length > 0) return;
    ids.push(...request.attempts);
    scheduler.handle({ ...submitRequest('x'), tasks }, time.nowMs());
  });
  await time.run(() => false, time.nowMs() + 1);
  const asIfLate = { kind: 'next', worker: 'idle', runners: ['other'] } as const;
  expect(scheduler.handle({ ...asIfLate, attempts: ids }, 1_000_001)).toMatchObject({ leases: [{}] });
  expect(scheduler.handle({ ...asIfLate, attempts: [] }, 1_002_000)).toMatchObject({ leases: [] });
  expect(scheduler.handle({ ...asIfLate, attempts: ['a'] }, 1_004_000)).toMatchObject({ leases: [{}] });
  scheduler.handle({ kind: 'report', worker: 'idle', attempt: 'a', end: published }, 1_004_000);
  expect(await time.run(() => state.over, 1_000_000 + 3 * beatMs)).toBe(true);
});

/** A worker of two slots that stays, and how to tell it to go. `answered` delays or takes away the answers. */
function staying(
  scheduler: Scheduler,
  time: VirtualTime,
  answered: (request: Request, answer: Response, signal: AbortSignal | undefined) => Promise<Response>,
  runner: Runner = stubRunner(() => 'text'),
) {
  const [drain, stop] = [new AbortController(), new AbortController()];
  const asked: Request[] = [];
  const started: string[] = [];
  const ended: string[] = [];
  const port: SchedulerPort = async (request, signal) => {
    asked.push(request);
    return await answered(request, scheduler.handle(request, time.nowMs()), signal);
  };
  const state = working(scheduler, time, time.nowMs, undefined, {
    scheduler: port,
    slots: 2,
    stays: true,
    drain: drain.signal,
    signal: stop.signal,
    runners: [runner],
    started: ({ task }) => void started.push(task),
    ended: ({ task }, { kind }) => void ended.push(`${task} ${kind}`),
  });
  return { state, drain, stop, asked, started, ended };
}

/** Lets all happen that needs no time. */
const turn = async (time: VirtualTime): Promise<boolean> => await time.run(() => false, time.nowMs());

describe.each(['drain', 'stop'] as const)('a worker that is told to go (%s)', (how) => {
  test('begins nothing of an answer that comes after that, and gives it back at once', async () => {
    const time = virtualTime(1_000_000);
    const scheduler = new Scheduler();
    scheduler.handle(submitRequest(`${id} runner=stub; b runner=stub`), time.nowMs());
    const arrives = Promise.withResolvers<void>();
    const { state, started, ended, ...told } = staying(scheduler, time, async (request, answer) => {
      if (request.kind === 'next') await arrives.promise;
      return answer;
    });
    await turn(time);
    expect(scheduler.tasks().map((task) => task.state)).toEqual(['running', 'running']);
    told[how].abort();
    arrives.resolve();
    await turn(time);
    expect([state.over, started, ended]).toEqual([true, [], [`${id} cancelled`, 'b cancelled']]);
    expect(scheduler.tasks().map((task) => task.state)).toEqual(['ready', 'ready']);
  });

  test('waits for no answer, and gives back what the scheduler gave with one that is lost', async () => {
    const time = virtualTime(1_000_000);
    const scheduler = new Scheduler();
    scheduler.handle(submitRequest(`${id} runner=stub; b runner=stub; c runner=stub`), time.nowMs());
    const { state, started, asked, ...told } = staying(scheduler, time, async (request, answer, signal) => {
      if (request.kind !== 'next' || request.attempts.length === 0) return answer;
      return await new Promise((_, reject) =>
        signal?.addEventListener('abort', () => reject(signal.reason as Error)),
      );
    });
    await turn(time);
    expect(scheduler.tasks().map((task) => task.state)).toEqual(['running', 'running', 'ready']);
    told[how].abort();
    await turn(time);
    expect([state.over, started]).toEqual([true, []]);
    expect(scheduler.tasks().map((task) => [task.state, task.attempts])).toEqual([
      ['ready', 1],
      ['ready', 1],
      ['ready', 0],
    ]);
    const [first, again] = asked;
    expect(again).toEqual({ ...first, attempts: [], more: (first as NextRequest).attempts });
  });
});

test('a worker that is told to stop while it drains gives back what runs and what it is given meanwhile', async () => {
  const time = virtualTime(1_000_000);
  const scheduler = new Scheduler();
  scheduler.handle(submitRequest(`${id} runner=stub`), time.nowMs());
  let arrives: PromiseWithResolvers<void> | undefined;
  const untilStopped = stubRunner(
    ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve('text'))),
  );
  const { state, drain, stop, started, ended } = staying(
    scheduler,
    time,
    async (request, answer) => {
      if (request.kind === 'next') await arrives?.promise;
      return answer;
    },
    untilStopped,
  );
  await turn(time);
  arrives = Promise.withResolvers();
  scheduler.handle(submitRequest('b runner=stub', { run: 'another' }), time.nowMs());
  await time.run(() => scheduler.tasks()[1]?.state === 'running', time.nowMs() + 2 * beatMs);
  drain.abort();
  await turn(time);
  expect([state.over, started, ended]).toEqual([false, [id], []]);
  stop.abort();
  arrives.resolve();
  await turn(time);
  expect([state.over, started, ended]).toEqual([true, [id], ['b cancelled', `${id} cancelled`]]);
  expect(scheduler.tasks().map((task) => task.state)).toEqual(['ready', 'ready']);
});

describe('the end of an attempt', () => {
  /** What a worker reports of a task that ends so, and what it tells of it, where the scheduler refuses what `refuses` says. */
  async function reported(
    runner: Runner,
    refuses: (request: Request) => boolean = () => false,
  ): Promise<{
    readonly reports: readonly AttemptEnd[];
    readonly ends: readonly AttemptEnd[];
    readonly broken: unknown;
  }> {
    const time = virtualTime(1_000_000);
    const scheduler = new Scheduler();
    scheduler.handle(submitRequest(`${id} runner=stub`), time.nowMs());
    const [reports, ends]: [AttemptEnd[], AttemptEnd[]] = [[], []];
    const state = working(scheduler, time, time.nowMs, undefined, {
      runners: [runner],
      async scheduler(request) {
        if (request.kind === 'report') reports.push(request.end);
        return refuses(request)
          ? { kind: 'refused', why: 'Too long.' }
          : scheduler.handle(request, time.nowMs());
      },
      ended: (_, end) => void ends.push(end),
    });
    await time.run(() => state.over || state.broken !== undefined, time.nowMs() + beatMs);
    return { reports, ends, broken: state.broken };
  }

  const throws = (message: string): Runner =>
    stubRunner(() => {
      throw new Error(message);
    });

  test('is reported without the stack of its error, which the worker alone has', async () => {
    const { reports, ends } = await reported(throws('It broke.'));
    expect(reports).toEqual([
      { kind: 'failed', fault: 'task', error: { code: 'bug', message: 'It broke.' } },
    ]);
    expect(ends).toMatchObject([{ error: { stack: expect.stringContaining('worker.test.ts') as string } }]);
  });

  test('that is too long to be reported is cut', async () => {
    const { reports, ends, broken } = await reported(
      throws('x'.repeat(5_000_000)),
      (request) => JSON.stringify(request).length > 4 * 1024 ** 2,
    );
    const message = `${'x'.repeat(8192)}… (cut from 5000000 characters)`;
    expect(reports).toMatchObject([{ kind: 'failed', error: { code: 'bug', message } }]);
    expect(JSON.stringify(ends).length).toBeLessThan(20_000);
    expect(broken).toBeUndefined();
  });

  test('that the scheduler does not take is reported as a failure that says so', async () => {
    const { reports, ends, broken } = await reported(
      stubRunner(() => 'text'),
      (request) => request.kind === 'report' && request.end.kind === 'published',
    );
    const message = `The attempt at ${id} ended as published, and the scheduler does not take that: Too long.`;
    const failure = { kind: 'failed', fault: 'task', error: { code: 'bug', message } };
    expect(reports).toEqual([expect.objectContaining({ kind: 'published' }), failure]);
    expect([ends, broken]).toEqual([[failure], undefined]);
  });

  test('of which the scheduler takes nothing ends the worker', async () => {
    const { reports, broken } = await reported(
      stubRunner(() => 'text'),
      (request) => request.kind === 'report',
    );
    expect(reports).toHaveLength(2);
    expect(broken).toMatchObject({
      code: 'scheduler-refused',
      message: expect.stringContaining('Too long.') as string,
    });
  });
});

test('texts are cut wherever they stand in an end, and characters are left whole', () => {
  const long = '💥'.repeat(5000);
  const cut = `${'💥'.repeat(4096)}… (cut from 10000 characters)`;
  const control = { name: 'c', held: false, figures: { [long]: long }, offenders: [{ a: long, b: null }] };
  expect(shortEnd({ kind: 'blocked', stage: 's3://books', controls: [control] })).toEqual({
    kind: 'blocked',
    stage: 's3://books',
    controls: [{ ...control, figures: { [cut]: cut }, offenders: [{ a: cut, b: null }] }],
  });
  expect(shortEnd({ kind: 'waiting', for: `x${long}` })).toEqual({
    kind: 'waiting',
    for: `x${'💥'.repeat(4095)}\uFFFD… (cut from 10001 characters)`,
  });
  expect(shortEnd(published)).toEqual(published);
});
