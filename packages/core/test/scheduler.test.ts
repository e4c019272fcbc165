import { describe, expect, test } from 'vitest';
import type { Request } from '../src/scheduler/protocol.ts';
import { driver, failed, infrastructure, published, superseded } from './scheduler-driver.ts';

describe('what runs next', () => {
  test('is the highest priority, then what was submitted first', () => {
    const drive = driver();
    drive.submit('a; b priority=1; c priority=-1; d priority=1; e');
    expect(drive.next(9)).toEqual(['b', 'd', 'a', 'e', 'c']);
  });

  test('is in order among many that become ready in any order', () => {
    const drive = driver();
    const names = Array.from({ length: 100 }, (_, index) => `t${index}`);
    drive.submit(['a', ...names.map((name, index) => `${name} priority=${(index * 37) % 10}: a`)].join(';'));
    expect(drive.next(200)).toEqual(['a']);
    drive.end('a', 'published');
    const order = names.toSorted((x, y) => {
      const priority = (name: string): number => (Number(name.slice(1)) * 37) % 10;
      return priority(y) - priority(x) || Number(x.slice(1)) - Number(y.slice(1));
    });
    expect(drive.next(200)).toEqual(order);
  });

  test('waits for its inputs', () => {
    const drive = driver();
    drive.submit('a; b; c: a b; d: c');
    expect(drive.next(9)).toEqual(['a', 'b']);
    drive.end('a', 'published');
    expect(drive.next(9)).toEqual([]);
    drive.end('b', { ...published, kind: 'unchanged' });
    expect(drive.next(9)).toEqual(['c']);
    drive.end('c', { kind: 'fresh' });
    expect(drive.next(9)).toEqual(['d']);
    expect(drive.ended()).toBe(false);
    drive.end('d', 'published');
    expect(drive.text()).toBe('a published, b unchanged, c fresh, d published');
    expect(drive.ended()).toBe(true);
  });

  test('is only what is not fresh', () => {
    const drive = driver();
    drive.submit('a fresh; b: a; c fresh: a');
    expect(drive.next(9)).toEqual(['b']);
    drive.end('b', 'published');
    expect(drive.text()).toBe('a fresh, b published, c fresh');
  });

  test('is for the runners that the worker has', () => {
    const drive = driver();
    drive.submit('a runner=emr; b; c runner=emr');
    expect(drive.next(9, ['other'])).toEqual([]);
    expect(drive.next(1, ['emr'])).toEqual(['a']);
    expect(drive.lease('a').runner).toBe('emr');
    expect(drive.next(9, ['local', 'emr'])).toEqual(['b', 'c']);
  });

  test('numbers the attempts at a task from 1', () => {
    const drive = driver();
    drive.submit('a');
    for (const number of [1, 2, 3]) {
      expect(drive.next(1)).toEqual(['a']);
      expect(drive.lease('a').number).toBe(number);
      drive.end('a', 'superseded');
    }
  });
});

describe('resources', () => {
  test('are never taken beyond their caps, and are given back when an attempt ends', () => {
    const drive = driver({ resources: { emr: 2 } });
    drive.submit('a emr=1; b emr=2; c emr=1; d emr=1');
    expect(drive.next(9)).toEqual(['a', 'c']);
    drive.end('a', 'published');
    expect(drive.next(9)).toEqual(['d']);
    drive.end('c', failed);
    expect(drive.next(9)).toEqual([]);
    drive.end('d', 'superseded');
    expect(drive.next(9)).toEqual(['b']);
    expect(drive.next(9)).toEqual([]);
    drive.end('b', 'published');
    expect(drive.next(9)).toEqual(['d']);
  });

  test('that are taken let others pass by', () => {
    const drive = driver({ resources: { emr: 1, disk: 1 } });
    drive.submit('a emr=1 priority=5; b emr=1 priority=4; c emr=1 disk=1 priority=3; d disk=1; e');
    expect(drive.next(9)).toEqual(['a', 'd', 'e']);
    drive.end('a', 'published');
    expect(drive.next(9)).toEqual(['b']);
    drive.end('b', 'published');
    expect(drive.next(9)).toEqual([]);
    drive.end('d', 'published');
    expect(drive.next(9)).toEqual(['c']);
  });

  test('are given back by a lost lease and by a retry', () => {
    const drive = driver({ resources: { emr: 1 }, leaseMs: 1000 });
    drive.submit('a emr=1 retries=0; b emr=1');
    expect(drive.next(9)).toEqual(['a']);
    drive.nowMs += 1000;
    expect(drive.next(9)).toEqual(['b']);
    drive.end('b', infrastructure);
    drive.nowMs += 10_000;
    expect(drive.next(9)).toEqual(['b']);
  });

  test('of which more is asked than exists are refused at once', () => {
    const drive = driver({ resources: { emr: 2 } });
    const answer = drive.submit('a emr=3; b gpu=1; c emr=2; d: a; e fresh emr=3');
    expect(answer.refused).toEqual([
      {
        task: 'a',
        why: 'a asks for 3 of the resource "emr" and there is 2: raise it in the configuration.',
      },
      {
        task: 'b',
        why: 'b asks for 1 of the resource "gpu" and there is 0: raise it in the configuration.',
      },
      {
        task: 'e',
        why: 'e asks for 3 of the resource "emr" and there is 2: raise it in the configuration.',
      },
    ]);
    expect(drive.text()).toBe('a failed, b failed, c ready, d upstream-failed by a, e fresh');
    expect(drive.view('a').end).toMatchObject({ fault: 'task', error: { code: 'resource-unknown' } });
  });
});

describe('asking for work again', () => {
  test('with the same attempts gives the same answer', () => {
    const drive = driver();
    drive.submit('a; b; c');
    const request: Request = { kind: 'next', worker: 'w', runners: ['local'], attempts: ['x', 'y'] };
    const answer = drive.scheduler.handle(request, 5000);
    expect(answer).toMatchObject({
      leases: [
        { attempt: 'x', task: 'a' },
        { attempt: 'y', task: 'b' },
      ],
    });
    expect(drive.scheduler.handle(request, 9000)).toEqual(answer);
    expect(drive.view('a').attempts).toBe(1);
    expect(drive.view('c').state).toBe('ready');
  });

  test('gives the leases of its attempts wherever they stand among others for which there is nothing', () => {
    const drive = driver();
    drive.submit('a');
    const next = { kind: 'next', worker: 'w', runners: ['local'] } as const;
    const first = drive.ask({ ...next, attempts: ['1'] });
    expect(first.leases).toHaveLength(1);
    expect(drive.ask({ ...next, attempts: ['2', '1'] }).leases).toEqual(first.leases);
  });

  test('with an attempt that has ended gives nothing for it', () => {
    const drive = driver();
    drive.submit('a; b');
    const request: Request & { kind: 'next' } = {
      kind: 'next',
      worker: 'w',
      runners: ['local'],
      attempts: ['x'],
    };
    drive.ask(request);
    drive.ask({ kind: 'report', worker: 'w', attempt: 'x', end: published });
    expect(drive.ask(request).leases).toEqual([]);
    expect(drive.ask({ ...request, attempts: ['x', 'y'] }).leases).toMatchObject([
      { attempt: 'y', task: 'b' },
    ]);
  });
});

describe('a lease', () => {
  test('lasts as long as it is told to, counted from its last beat', () => {
    const drive = driver({ leaseMs: 1000 });
    drive.submit('a');
    drive.next(1);
    const { attempt, untilMs } = drive.lease('a');
    expect(untilMs).toBe(drive.nowMs + 1000);
    for (let beat = 0; beat < 5; beat += 1) {
      drive.nowMs += 999;
      expect(drive.ask({ kind: 'beat', worker: 'w', attempts: [attempt] })).toMatchObject({
        lost: [],
        cancelled: [],
      });
    }
    drive.nowMs += 999;
    expect(drive.end('a', 'published').accepted).toBe(true);
  });

  test('that runs out is lost, and its task is tried again', () => {
    const drive = driver({ leaseMs: 1000 });
    drive.submit('a; b: a');
    drive.next(1);
    const { attempt } = drive.lease('a');
    drive.nowMs += 1000;
    expect(drive.ask({ kind: 'beat', worker: 'w', attempts: [attempt] }).lost).toEqual([attempt]);
    expect(drive.view('a').state).toBe('backing-off');
    drive.nowMs += 2000;
    expect(drive.next(1)).toEqual(['a']);
    expect(drive.lease('a').number).toBe(2);
    expect(drive.end('a', 'published').accepted).toBe(true);
  });

  test('runs out in the order of beats, not of leases', () => {
    const drive = driver({ leaseMs: 1000 });
    drive.submit('a; b; c');
    drive.next(3);
    drive.nowMs += 500;
    drive.ask({ kind: 'beat', worker: 'w', attempts: [drive.lease('a').attempt] });
    drive.nowMs += 500;
    expect(drive.ended()).toBe(false);
    expect(drive.text()).toBe('a running, b backing-off, c backing-off');
  });

  test('that has run out counts for nothing: a late report is refused', () => {
    const drive = driver({ leaseMs: 1000 });
    drive.submit('a retries=0');
    drive.next(1);
    drive.nowMs += 1000;
    expect(drive.end('a', 'published').accepted).toBe(false);
    expect(drive.text()).toBe('a lost');
    expect(drive.end('a', 'published').accepted).toBe(false);
  });

  test('belongs to one worker, and its first report counts', () => {
    const drive = driver();
    drive.submit('a');
    drive.next(1);
    const { attempt } = drive.lease('a');
    expect(drive.ask({ kind: 'report', worker: 'other', attempt, end: published }).accepted).toBe(false);
    expect(drive.ask({ kind: 'beat', worker: 'other', attempts: [attempt, 'unknown'] }).lost).toEqual([
      attempt,
      'unknown',
    ]);
    expect(drive.end('a', 'published').accepted).toBe(true);
    expect(drive.end('a', failed).accepted).toBe(true);
    expect(drive.text()).toBe('a published');
    expect(drive.ask({ kind: 'report', worker: 'other', attempt, end: published }).accepted).toBe(false);
  });

  test('whose report counted and got no answer is not lost, and the report is answered alike', () => {
    const drive = driver();
    drive.submit('a');
    drive.next(1);
    const { attempt } = drive.lease('a');
    const answer = drive.end('a', infrastructure);
    expect(answer.retryAtMs).toBeGreaterThan(drive.nowMs);
    expect(drive.ask({ kind: 'beat', worker: 'w', attempts: [attempt] }).lost).toEqual([]);
    expect(drive.end('a', infrastructure)).toEqual(answer);
    expect(drive.ask({ kind: 'beat', worker: 'other', attempts: [attempt] }).lost).toEqual([attempt]);
  });

  test('is not shortened or lengthened by a clock that goes back', () => {
    const drive = driver({ leaseMs: 1000 });
    drive.submit('a; b');
    drive.next(1);
    drive.nowMs += 900;
    drive.ended();
    drive.nowMs -= 500_000;
    drive.next(1);
    expect(drive.lease('b').untilMs).toBe(1_000_000 + 900 + 1000);
    drive.nowMs = 1_000_000 + 1000;
    drive.ended();
    expect(drive.text()).toBe('a backing-off, b running');
  });
});

describe('cancelling', () => {
  test('ends what has not begun, and tells the worker to stop what has', () => {
    const drive = driver({ leaseMs: 60_000 });
    drive.submit('a; b; c: a; w wrapper: c; d');
    drive.next(2);
    drive.end('b', infrastructure);
    const { attempt } = drive.lease('a');
    expect(drive.ask({ kind: 'cancel' }).attempts).toEqual([attempt]);
    expect(drive.text()).toBe('a running, b cancelled, c cancelled, w cancelled, d cancelled');
    expect(drive.ask({ kind: 'beat', worker: 'w', attempts: [attempt] }).cancelled).toEqual([attempt]);
    expect(drive.next(9)).toEqual([]);
    drive.nowMs += 30_000;
    expect(drive.next(9)).toEqual([]);
    expect(drive.ended()).toBe(false);
    drive.end('a', { kind: 'cancelled' });
    expect(drive.ended()).toBe(true);
    expect(drive.text()).toContain('a cancelled');
  });

  test.each([
    ['published', published, 'published'],
    ['failed', failed, 'cancelled'],
    ['infrastructure', infrastructure, 'cancelled'],
    ['superseded', superseded('x'), 'cancelled'],
    ['timed-out', { kind: 'timed-out' }, 'cancelled'],
  ] as const)('an attempt that then ends %s is not tried again', (_name, end, ended) => {
    const drive = driver();
    drive.submit('x fresh; a: x; b: a');
    drive.next(1);
    drive.ask({ kind: 'cancel' });
    drive.end('a', end);
    expect(drive.text()).toBe(`x fresh, a ${ended}, b cancelled`);
    drive.nowMs += 100_000;
    expect(drive.next(9)).toEqual([]);
    expect(drive.ended()).toBe(true);
  });

  test('keeps what has ended as it ended, and what is lost then is cancelled', () => {
    const drive = driver({ leaseMs: 1000 });
    drive.submit('a; b');
    drive.next(2);
    drive.end('a', failed);
    drive.ask({ kind: 'cancel' });
    drive.nowMs += 1000;
    expect(drive.ended()).toBe(true);
    expect(drive.text()).toBe('a failed, b cancelled');
  });
});

describe('runners with nothing ahead', () => {
  test('are named as soon as nothing that they could run is left', () => {
    const drive = driver();
    const idle = (): readonly string[] =>
      drive.ask({ kind: 'next', worker: 'w', runners: ['local', 'emr'], attempts: [] }).idleRunners;
    expect(idle()).toEqual(['local', 'emr']);
    drive.submit('a; b runner=emr: a; c runner=emr fresh; d');
    expect(idle()).toEqual([]);
    drive.next(1, ['local', 'emr']);
    expect(drive.end('a', failed).idleRunners).toEqual(['emr']);
    expect(idle()).toEqual(['emr']);
    drive.next(1, ['local', 'emr']);
    expect(drive.ask({ kind: 'beat', worker: 'w', attempts: [] }).idleRunners).toEqual(['emr']);
    drive.end('d', infrastructure);
    expect(idle()).toEqual(['emr']);
    drive.nowMs += 5000;
    drive.next(1, ['local', 'emr']);
    expect(drive.end('d', 'published').idleRunners).toEqual(['local', 'emr']);
  });

  test('have work again when an ended task is reopened', () => {
    const drive = driver();
    drive.submit('a runner=emr fresh; b: a');
    drive.next(1);
    const next: Request & { kind: 'next' } = { kind: 'next', worker: 'w', runners: ['emr'], attempts: [] };
    expect(drive.ask(next).idleRunners).toEqual(['emr']);
    expect(drive.end('b', superseded('a')).idleRunners).toEqual([]);
    expect(drive.next(9, ['emr'])).toEqual(['a']);
  });
});

describe('what is submitted again', () => {
  test('begins anew when it had ended, unless it is fresh now', () => {
    const drive = driver();
    drive.submit('a; b: a; c fresh; d: c');
    for (const task of ['a', 'b', 'd']) {
      drive.next(1);
      drive.end(task, 'published');
    }
    drive.submit('a fresh; b: a; c; d: c');
    expect(drive.text()).toBe('a published, b ready, c ready, d pending');
    drive.next(9);
    drive.end('c', 'published');
    expect(drive.next(9)).toEqual(['d']);
    drive.end('b', 'published');
    drive.end('d', { kind: 'fresh' });
    expect(drive.ended()).toBe(true);
    expect(drive.text()).toBe('a published, b published, c published, d fresh');
  });

  test('has its retries back', () => {
    const drive = driver();
    for (let time = 0; time < 2; time += 1) {
      drive.submit('a retries=1');
      drive.next(1);
      expect(drive.end('a', infrastructure).retryAtMs).toBeGreaterThan(drive.nowMs);
      drive.nowMs += 10_000;
      drive.next(1);
      expect(drive.end('a', infrastructure).retryAtMs).toBeUndefined();
      expect(drive.ended()).toBe(true);
    }
  });

  test('goes on as it is while it is ready, running or backing off', () => {
    const drive = driver({ resources: { emr: 1 } });
    const written = 'a emr=1; b; c: b; d emr=1';
    drive.submit(written);
    expect(drive.next(9)).toEqual(['a', 'b']);
    drive.end('b', infrastructure);
    drive.submit(written);
    expect(drive.text()).toBe('a running, b backing-off, c pending, d ready');
    expect(drive.next(9)).toEqual([]);
    drive.nowMs += 5000;
    expect(drive.next(9)).toEqual(['b']);
    expect(drive.next(9)).toEqual([]);
    for (const task of ['a', 'b']) drive.end(task, 'published');
    expect(drive.next(9)).toEqual(['c', 'd']);
    for (const task of ['c', 'd']) drive.end(task, 'published');
    expect(drive.ended()).toBe(true);
  });
});

test('a request of no known kind is refused', () => {
  const drive = driver();
  expect(drive.scheduler.handle({ kind: 'dance' } as unknown as Request, 0)).toEqual({
    kind: 'refused',
    why: 'There is no request of the kind "dance".',
  });
});
