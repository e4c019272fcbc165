import { expect, test } from 'vitest';
import { driver, failed, published, submitRequest } from './scheduler-driver.ts';

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
