import { describe, expect, test } from 'vitest';
import type { SchedulerOptions } from '../src/scheduler/scheduler.ts';
import { Scheduler } from '../src/scheduler/scheduler.ts';
import type { SchedulerState } from '../src/scheduler/state.ts';
import type { SchedulerEvent } from '../src/scheduler/view.ts';
import { driver, submitRequest } from './scheduler-driver.ts';

/** A scheduler that writes down what it tells of runs and of what they miss: `missing a in r: the day`. */
function telling() {
  const told: string[] = [];
  const options: SchedulerOptions = { told: (event) => void told.push(...textOf(event)) };
  return { told, options, drive: driver(options) };
}

function textOf(event: SchedulerEvent): readonly string[] {
  if (event.kind === 'dependency-missing') return [`missing ${event.task} in ${event.run}: ${event.for}`];
  return 'worker' in event ? [] : [`${event.kind} ${event.run.run}`];
}

const waiting = { kind: 'waiting', for: 'the day' } as const;

describe('what is missing is told', () => {
  test('of a task that is submitted as waiting, behind the beginning of its run', () => {
    const { told, drive } = telling();
    drive.submit('a waiting; b: a; c: b', { run: 'r' });
    expect(told).toEqual(['run-started r', 'missing a in r: the day', 'run-ended r']);
  });

  test('of an attempt that finds it out, and not of what waits because of that', () => {
    const { told, drive } = telling();
    drive.submit('a; b: a; c', { run: 'r' });
    drive.next(2);
    drive.end('a', waiting);
    expect(drive.text()).toBe('a waiting, b waiting, c running');
    expect(told).toEqual(['run-started r', 'missing a in r: the day']);
  });

  test('once for each run, whether it began with the task or joined it', () => {
    const { told, drive } = telling();
    drive.submit('a', { run: 'r' });
    drive.next(1);
    drive.submit('a; b: a', { run: 's' });
    drive.end('a', waiting);
    const missing = told.filter((each) => each.startsWith('missing'));
    expect(missing.toSorted()).toEqual(['missing a in r: the day', 'missing a in s: the day']);
    drive.submit('a', { run: 't' });
    drive.next(1);
    drive.end('a', waiting);
    expect(told.filter((each) => each.startsWith('missing')).slice(2)).toEqual(['missing a in t: the day']);
  });

  test('no second time when the run is submitted again, be the scheduler another one by then', () => {
    const { told, drive, options } = telling();
    drive.submit('a; b waiting', { run: 'r' });
    drive.next(1);
    drive.end('a', waiting);
    const missing = ['missing b in r: the day', 'missing a in r: the day'];
    const missed = (): readonly string[] => told.filter((each) => each.startsWith('missing'));
    expect(missed()).toEqual(missing);
    const state = JSON.parse(JSON.stringify(drive.scheduler.state())) as SchedulerState;
    drive.submit('a; b waiting', { run: 'r' });
    drive.next(1);
    drive.end('a', waiting);
    expect(missed()).toEqual(missing);
    const again = Scheduler.from(state, options);
    again.handle({ kind: 'tick' }, 1);
    again.handle(submitRequest('a waiting; b waiting', { run: 'r' }), 2);
    expect(missed()).toEqual(missing);
    again.handle(submitRequest('a waiting; b waiting', { run: 's' }), 3);
    expect(missed()).toHaveLength(4);
  });

  test('not of what a failure above outweighs in the same moment', () => {
    const { told, drive } = telling();
    drive.submit('a; b; c: a b', { run: 'r' });
    drive.next(2);
    drive.end('a', waiting);
    drive.end('b', { kind: 'failed', fault: 'task', error: { code: 'job-failed', message: 'It failed.' } });
    expect(told).toEqual(['run-started r', 'missing a in r: the day', 'run-ended r']);
  });
});
