import { describe, expect, test } from 'vitest';
import { checkConfig } from '../src/config.ts';
import { Scheduler } from '../src/scheduler/scheduler.ts';
import { memoryTargets } from '../src/testing/index.ts';
import type { Driver } from './scheduler-driver.ts';
import { driver } from './scheduler-driver.ts';
import { stubRunner } from './stub-runner.ts';

const options = { resources: { emr: 1 }, leaseMs: 60_000 };

/** Three tasks for Spark and one for each machine; `next` of a worker asks for one of either runner. */
function given(written = 'a1 runner=emr; a2 runner=emr; a3 runner=emr: a1; b1'): Driver & {
  one(worker: string): readonly string[];
} {
  const drive = driver(options);
  drive.submit(written);
  return Object.assign(drive, {
    one: (worker: string) => drive.next(1, ['emr', 'local'], { worker }),
  });
}

describe('a resource by the name of a runner', () => {
  test('lets so many workers have work for it, and each as much as it can do', () => {
    const drive = given();
    expect(drive.one('x')).toEqual(['a1']);
    expect(drive.one('x')).toEqual(['a2']);
    expect(drive.one('y')).toEqual(['b1']);
    expect(drive.one('y')).toEqual([]);
  });

  test('is held between two tasks, for what it costs is there still', () => {
    const drive = given();
    drive.one('x');
    drive.end('a1', 'published');
    expect([drive.one('y'), drive.one('y')]).toEqual([['b1'], []]);
    expect(drive.one('x')).toEqual(['a2']);
  });

  test('is free for the next when its worker is told that nothing lies ahead', () => {
    const drive = given('a1 runner=emr');
    drive.one('x');
    expect(drive.end('a1', 'published').idleRunners).toContain('emr');
    drive.submit('c1 runner=emr', { run: 'later' });
    expect(drive.one('y')).toEqual(['c1']);
  });

  test('is free for the next when its worker gives back what it has', () => {
    const drive = given();
    drive.one('x');
    drive.end('a1', { kind: 'cancelled' });
    expect(drive.one('y')).toEqual(['a1']);
  });

  test('is free for the next when its worker has not been heard of for the length of a lease', () => {
    const drive = given();
    drive.one('x');
    drive.end('a1', 'published');
    drive.nowMs += options.leaseMs - 1;
    expect([drive.one('y'), drive.one('y')]).toEqual([['b1'], []]);
    drive.nowMs += 1;
    expect(drive.one('y')).toEqual(['a2']);
  });

  test('is not taken back by a worker that was away so long and has no lease, while others have it', () => {
    const drive = given();
    drive.one('x');
    drive.end('a1', 'published');
    drive.nowMs += options.leaseMs;
    expect([drive.one('y'), drive.one('x'), drive.one('x')]).toEqual([['a2'], ['b1'], []]);
  });

  test('is held by who has a lease though it was not heard of, until that runs out', () => {
    const drive = given();
    drive.one('x');
    drive.nowMs += options.leaseMs - 1;
    drive.ask({ kind: 'started' });
    drive.nowMs += options.leaseMs - 1;
    expect([drive.one('y'), drive.one('y')]).toEqual([['b1'], []]);
    drive.nowMs += 1;
    expect(drive.one('y')).toEqual(['a2']);
  });

  test('is held by the same worker in a scheduler that is made from the state', () => {
    const drive = given();
    drive.one('x');
    drive.end('a1', 'published');
    const again = Scheduler.from(drive.scheduler.state(), options);
    const asked = (worker: string) =>
      again.handle({ kind: 'next', worker, runners: ['emr'], attempts: [worker.repeat(32)] }, drive.nowMs);
    expect(asked('a')).toMatchObject({ leases: [] });
    expect(asked('x')).toMatchObject({ leases: [{ task: 'a2' }] });
  });

  test('of less than one would let nothing run, and is refused', () => {
    const config = (amount: number) => ({
      targets: memoryTargets(),
      runners: [stubRunner(() => 'a', { name: 'emr' })],
      tasks: [],
      resources: { emr: amount },
    });
    expect(() => checkConfig(config(0), 'x')).toThrow('caps how many workers use it: give a number from 1');
    expect(checkConfig(config(1), 'x').resources).toEqual({ emr: 1 });
  });
});
