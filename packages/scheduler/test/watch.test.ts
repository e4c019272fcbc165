import { expect, test } from 'vitest';
import type { TasksDocument } from '../src/index.ts';
import { attemptId, nextOf, reportOf, submitOf } from './requests.ts';
import type { Running } from './running.ts';
import { running } from './running.ts';

/** A server whose timers go off when they are told to. */
async function onHeldTime(): Promise<{
  readonly server: Running;
  pass(ms: number): void;
  readonly timers: () => number;
}> {
  let nowMs = 1_000_000;
  const timers = new Set<{ readonly atMs: number; act(): void }>();
  const server = await running({
    nowMs: () => nowMs,
    timer(waitMs, act) {
      const timer = { atMs: nowMs + waitMs, act };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
  });
  return {
    server,
    timers: () => timers.size,
    pass(ms) {
      nowMs += ms;
      for (const timer of timers) {
        if (timer.atMs > nowMs) continue;
        timers.delete(timer);
        timer.act();
      }
    },
  };
}

async function tasksOf(server: Running, query: string): Promise<TasksDocument> {
  return (await (await server.fetch(`/v1/runs/r/tasks?${query}`)).json()) as TasksDocument;
}

test('who has seen everything is told of what changed since, and of nothing else', async () => {
  const { server } = await onHeldTime();
  await server.post(submitOf('r', 5));
  const all = await tasksOf(server, 'changed-since=0');
  expect(all.tasks).toHaveLength(5);
  expect((await tasksOf(server, `changed-since=${all.change}`)).tasks).toEqual([]);
  await server.post(nextOf('w', attemptId(1)), 'worker');
  const changed = await tasksOf(server, `changed-since=${all.change}`);
  expect(changed.tasks).toMatchObject([{ task: 't/number=0', state: 'running' }]);
  expect(changed.change).toBeGreaterThan(all.change);
});

test('a question waits for the next change, and is answered as soon as that is kept', async () => {
  const { server, timers } = await onHeldTime();
  await server.post(submitOf('r', 5));
  const { change } = await tasksOf(server, '');
  const before = timers();
  const waiting = tasksOf(server, `changed-since=${change}&wait=30`);
  while (timers() === before) await new Promise((resolve) => setImmediate(resolve));
  await server.post(nextOf('w', attemptId(1)), 'worker');
  expect((await waiting).tasks).toMatchObject([{ state: 'running' }]);
  expect(timers()).toBeLessThanOrEqual(before + 1);
});

test('a question that waits in vain is answered with nothing when its time is over', async () => {
  const { server, timers, pass } = await onHeldTime();
  await server.post(submitOf('r', 1));
  const { change } = await tasksOf(server, '');
  const before = timers();
  const waiting = tasksOf(server, `changed-since=${change}&wait=30`);
  while (timers() === before) await new Promise((resolve) => setImmediate(resolve));
  pass(30_000);
  expect(await waiting).toEqual({ change, ended: false, tasks: [] });
});

test('of a run that has ended nobody waits for more', async () => {
  const { server } = await onHeldTime();
  await server.post(submitOf('r', 1));
  await server.post(nextOf('w', attemptId(1)), 'worker');
  await server.post(reportOf('w', attemptId(1)), 'worker');
  const { change, ended } = await tasksOf(server, '');
  expect(ended).toBe(true);
  expect((await tasksOf(server, `changed-since=${change}&wait=30`)).tasks).toEqual([]);
});

test('a server that stops answers those who wait', async () => {
  const { server, timers } = await onHeldTime();
  await server.post(submitOf('r', 1));
  const { change } = await tasksOf(server, '');
  const before = timers();
  const waiting = tasksOf(server, `changed-since=${change}&wait=30`);
  while (timers() === before) await new Promise((resolve) => setImmediate(resolve));
  const stopped = server.stop();
  expect((await waiting).tasks).toEqual([]);
  await stopped;
});

test.each(['changed-since=-1', 'changed-since=x', 'wait=31', 'wait=1e9', 'changed-since=', 'colour=red'])(
  'the parameter %s is refused',
  async (query) => {
    const { server } = await onHeldTime();
    const answer = await server.fetch(`/v1/runs/r/tasks?${query}`);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ type: '/problems/parameter-invalid' });
  },
);
