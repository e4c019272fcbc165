import { describe, expect, test } from 'vitest';
import type { Driver } from './scheduler-driver.ts';
import { driver, failed, infrastructure } from './scheduler-driver.ts';

function given(written: string): Driver {
  const drive = driver();
  drive.submit(written);
  return drive;
}

describe('tasks of one name that their runner takes several at once', () => {
  test('go as one batch, as many as it takes, in their order', () => {
    const drive = given('d1 batch=3/60; d2 batch=3/60; d3 batch=3/60; d4 batch=3/60; e1 batch=3/60');
    expect(drive.next(3)).toEqual(['d1+d2+d3', 'd4', 'e1']);
  });

  test('name their batch, and one that goes by itself names none', () => {
    const drive = given('d1 batch=2/60; d2 batch=2/60; d3 batch=2/60');
    drive.next(2);
    expect(drive.lease('d1').batch).toBe(drive.lease('d1').attempt);
    expect(drive.lease('d2').batch).toBe(drive.lease('d1').attempt);
    expect(drive.lease('d3').batch).toBeUndefined();
  });

  test('are held back while more can still become ready, and no longer than is said', () => {
    const drive = given('a1; b1; d1 batch=9/30000; d2 batch=9/30000: a1; d3 batch=9/30000: b1');
    expect(drive.next(3)).toEqual(['a1', 'b1']);
    drive.end('a1', 'published');
    expect(drive.next(1)).toEqual([]);
    drive.nowMs += 29_999;
    expect(drive.next(1)).toEqual([]);
    drive.nowMs += 1;
    expect(drive.next(1)).toEqual(['d1+d2']);
    drive.end('b1', 'published');
    expect(drive.next(1)).toEqual(['d3']);
  });

  test('tell how long they are held back', () => {
    const drive = given('a1; d1 batch=9/60000; d2 batch=9/60000: a1');
    drive.next(1);
    drive.nowMs += 20_000;
    const answer = drive.ask({ kind: 'next', worker: 'w', runners: ['local'], attempts: ['x'] });
    expect([answer.leases, answer.againInMs]).toEqual([[], 40_000]);
  });

  test('go at once when the batch is full', () => {
    const drive = given('a1; b1; d1 batch=2/60000: a1; d2 batch=2/60000: b1; d3 batch=2/60000: a1 b1');
    drive.next(2);
    drive.end('a1', 'published');
    expect(drive.next(1)).toEqual([]);
    drive.end('b1', 'published');
    expect(drive.next(1)).toEqual(['d1+d2']);
  });

  test('go at once when no more can come: the others have failed', () => {
    const drive = given('a1; c1; d1 batch=9/60000; d2 batch=9/60000: a1');
    expect(drive.next(2)).toEqual(['a1', 'c1']);
    expect(drive.next(1)).toEqual([]);
    drive.end('a1', failed);
    expect(drive.next(1)).toEqual(['d1']);
  });

  test('go at once when nothing goes on that could bring more: each of a chain by itself', () => {
    const drive = given('d1 batch=9/60000; d2 batch=9/60000: d1; d3 batch=9/60000: d2');
    for (const task of ['d1', 'd2', 'd3']) {
      expect(drive.next(1)).toEqual([task]);
      drive.end(task, 'published');
    }
    expect(drive.ended()).toBe(true);
  });

  test('wait for one that backs off, and take it with them', () => {
    const drive = given('d1 batch=2/600000 ; d2 batch=2/600000; d3 batch=2/600000');
    expect(drive.next(2)).toEqual(['d1+d2', 'd3']);
    drive.end('d1', infrastructure);
    drive.end('d3', infrastructure);
    drive.end('d2', 'published');
    drive.nowMs += 10_000;
    expect(drive.next(1)).toEqual(['d1+d3']);
  });

  test('end each by itself', () => {
    const drive = given('d1 batch=2/60; d2 batch=2/60; e1: d1; f1: d2');
    drive.next(1);
    drive.end('d2', failed);
    drive.end('d1', 'published');
    expect(drive.text()).toBe('d1 published, d2 failed, e1 ready, f1 upstream-failed by d2');
  });

  test('are given again to a worker that asks with the same ids, and to no other', () => {
    const drive = given('d1 batch=2/60; d2 batch=2/60');
    const ask = { kind: 'next', worker: 'w', runners: ['local'], attempts: ['x'], more: ['y', 'z'] } as const;
    const first = drive.ask(ask);
    expect(first.leases.map(({ task, attempt, batch }) => `${task} ${attempt} ${batch}`)).toEqual([
      'd1 x x',
      'd2 y x',
    ]);
    expect([...drive.ask(ask).leases].sort((a, b) => (a.attempt < b.attempt ? -1 : 1))).toEqual(first.leases);
    expect(drive.ask({ ...ask, attempts: ['p'], more: ['q'] }).leases).toEqual([]);
  });

  test('of which an id has been used up go under others', () => {
    const drive = given('d1 batch=3/60; d2 batch=3/60; d3 batch=3/60');
    const ask = { kind: 'next', worker: 'w', runners: ['local'], attempts: ['x'], more: ['y'] } as const;
    drive.ask(ask);
    for (const attempt of ['x', 'y'])
      drive.ask({ kind: 'report', worker: 'w', attempt, end: { kind: 'fresh' } });
    const late = drive.ask(ask);
    expect([late.leases, late.spent]).toEqual([[], ['x', 'y']]);
  });

  test('take no more of a resource than there is', () => {
    const drive = driver({ resources: { emr: 2 } });
    drive.submit('d1 batch=9/60 emr=1; d2 batch=9/60 emr=1; d3 batch=9/60 emr=1');
    expect(drive.next(2)).toEqual(['d1+d2']);
    drive.end('d1', 'published');
    drive.end('d2', 'published');
    expect(drive.next(2)).toEqual(['d3']);
  });

  test('of two runners are two batches', () => {
    const drive = given('d1 batch=9/60 runner=emr; d2 batch=9/60 runner=local; d3 batch=9/60 runner=emr');
    expect(drive.next(2, ['emr', 'local'])).toEqual(['d1+d3', 'd2']);
  });

  test('are not in the way of others, whatever their priority', () => {
    const drive = given('d1 batch=9/60000 priority=5; a1; d2 batch=9/60000: a1');
    expect(drive.next(1)).toEqual(['a1']);
  });
});
