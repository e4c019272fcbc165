import { expect, test } from 'vitest';
import { Scheduler } from '../src/scheduler/scheduler.ts';
import type { SchedulerState } from '../src/scheduler/state.ts';
import { driver, failed, infrastructure, published, submitRequest } from './scheduler-driver.ts';

test('a task that had failed and is submitted as fresh is complete, and what lies below it runs', () => {
  const drive = driver();
  drive.submit('a; b: a; all wrapper: b');
  drive.next(1);
  drive.end('a', failed);
  expect(drive.text()).toBe('a failed, b upstream-failed by a, all upstream-failed by a');
  drive.submit('a fresh; b: a; all wrapper: b');
  expect(drive.text()).toBe('a fresh, b ready, all pending');
  drive.next(1);
  drive.end('b', published);
  expect(drive.text()).toBe('a fresh, b published, all fresh');
});

test('a worker is told which of its ids were used by a request that came late, so that it asks with others', () => {
  const drive = driver({ leaseMs: 1000 });
  const next = { kind: 'next', worker: 'w', runners: ['local'], attempts: ['x', 'y'] } as const;
  drive.ask(submitRequest('a'));
  expect(drive.ask(next)).toMatchObject({ leases: [{ task: 'a', attempt: 'x' }] });
  expect(drive.ask(next)).not.toHaveProperty('spent');
  drive.nowMs += 1000;
  expect(drive.ask(next)).toMatchObject({ leases: [], spent: ['x'] });
  drive.nowMs += 2000;
  expect(drive.ask(next)).toMatchObject({ leases: [{ task: 'a', attempt: 'y' }], spent: ['x'] });
});

test('a task whose attempt fails waits for an input that another run has begun anew since it ended here', () => {
  const drive = driver();
  drive.submit('a; b: a', { run: 'r' });
  drive.next(1);
  drive.end('a', published);
  expect(drive.next(1)).toEqual(['b']);
  drive.submit('a', { run: 's' });
  drive.next(1);
  drive.end('a', failed);
  expect(drive.text('r')).toBe('a failed, b running');
  drive.submit('a', { run: 't' });
  expect(drive.text('r')).toBe('a failed, b running');
  drive.end('b', infrastructure);
  expect(drive.text('r')).toBe('a ready, b pending');
  drive.next(1);
  drive.end('a', published);
  drive.nowMs += 60_000;
  expect(drive.next(1)).toEqual(['b']);
});

test('a scheduler made from a state goes through the runs of a task in the same order', () => {
  const drive = driver();
  // The task stands in `s` before it stands in `r`, which is the older run.
  drive.submit('c', { run: 'r' });
  drive.submit('x', { run: 's' });
  drive.submit('c; x', { run: 'r' });
  const state = JSON.parse(JSON.stringify(drive.scheduler.state())) as SchedulerState;
  const again = Scheduler.from(state);
  const submission = submitRequest('c; d; x: c d', { run: 't' });
  for (const each of [drive.scheduler, again]) each.handle(submission, drive.nowMs);
  expect(again.state()).toEqual(drive.scheduler.state());
});
