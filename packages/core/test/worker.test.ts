import { expect, test } from 'vitest';
import { graphOf } from '../src/graph.ts';
import { manifestStore } from '../src/manifest-store.ts';
import type { Request } from '../src/scheduler/protocol.ts';
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

/** Work by one worker until nothing is left; `asked` is told each request with its time. */
function working(
  scheduler: Scheduler,
  time: VirtualTime,
  clockMs: () => number,
  asked: (request: Request) => void = () => undefined,
): { over: boolean } {
  const target = memoryTargets();
  const context: WorkerOptions['context'] = {
    target,
    store: manifestStore(target),
    nowMs: clockMs,
    progress: () => undefined,
  };
  const state = { over: false };
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
  }).then(() => (state.over = true));
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
