import { describe, expect, test } from 'vitest';
import type { AttemptEnd } from '../src/attempt.ts';
import { retriesAllowed, retryClassOf, retryDelayMs } from '../src/scheduler/retries.ts';
import { blocked, driver, failed, infrastructure, superseded } from './scheduler-driver.ts';
import { rowsOf } from './text-table.ts';

const ends: Readonly<Record<string, AttemptEnd>> = {
  infrastructure,
  crashed: { kind: 'crashed', error: { code: 'job-crashed', message: 'It crashed.' } },
  'timed-out': { kind: 'timed-out' },
  failed,
  blocked,
  waiting: { kind: 'waiting', for: 'x' },
  cancelled: { kind: 'cancelled' },
};

describe('an attempt that did not end well', () => {
  const cases = rowsOf(
    ['end', 'own', 'attempts'],
    `
    end            | own | attempts
    infrastructure |     | 4
    lost           |     | 4
    crashed        |     | 4
    timed-out      |     | 2
    failed         |     | 1
    blocked        |     | 1
    waiting        |     | 1
    cancelled      |     | 21
    infrastructure | 0   | 1
    infrastructure | 1   | 2
    lost           | 5   | 6
    crashed        | 2   | 3
    timed-out      | 0   | 1
    timed-out      | 4   | 5
    failed         | 5   | 1
    blocked        | 5   | 1
    waiting        | 5   | 1
    cancelled      | 0   | 21
  `,
  );
  test.each(cases)('$end, with retries "$own" of its own, is tried $attempts times in all', (row) => {
    const drive = driver({ leaseMs: 1000 });
    drive.submit(row.own === '' ? 'a; b: a' : `a retries=${row.own}; b: a`);
    let attempts = 0;
    for (; attempts < 30 && drive.next(1).includes('a'); attempts += 1) {
      const end = ends[row.end];
      if (end !== undefined) drive.end('a', end);
      drive.nowMs += 200_000;
      drive.ended();
      drive.nowMs += 200_000;
    }
    expect(attempts).toBe(Number(row.attempts));
    expect(drive.view('a')).toMatchObject({ state: 'ended', attempts });
    const ended: Readonly<Record<string, string>> = { infrastructure: 'failed', cancelled: 'lost' };
    expect(drive.view('a').end?.kind).toBe(ended[row.end] ?? row.end);
    expect(drive.ended()).toBe(true);
  });

  test('counts its retries by class', () => {
    const drive = driver({ leaseMs: 1000 });
    drive.submit('a');
    const sequence = [
      'infrastructure',
      'crashed',
      'timed-out',
      'infrastructure',
      'crashed',
      'infrastructure',
    ];
    for (const name of sequence) {
      expect(drive.next(1)).toEqual(['a']);
      expect(drive.end('a', ends[name] as AttemptEnd).retryAtMs).toBeGreaterThan(drive.nowMs);
      drive.nowMs += 200_000;
    }
    drive.next(1);
    expect(drive.end('a', ends['timed-out'] as AttemptEnd).retryAtMs).toBeUndefined();
    expect(drive.text()).toBe('a timed-out');
  });
});

describe('backing off', () => {
  test('doubles from a second to a minute, with jitter of half either way', () => {
    for (let retry = 1; retry <= 12; retry += 1) {
      const full = Math.min(60_000, 1000 * 2 ** (retry - 1));
      const delays = Array.from({ length: 200 }, (_, index) => retryDelayMs(retry, `task-${index}`));
      expect(Math.min(...delays)).toBeGreaterThanOrEqual(full * 0.5);
      expect(Math.max(...delays)).toBeLessThanOrEqual(full * 1.5);
      expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(full * 0.8);
    }
    expect(retryDelayMs(3, 'a')).toBe(retryDelayMs(3, 'a'));
  });

  test('holds the task back until then, and tells when to ask again', () => {
    const drive = driver();
    drive.submit('a; b');
    drive.next(2);
    const first = drive.end('a', infrastructure).retryAtMs as number;
    const second = drive.end('b', infrastructure).retryAtMs as number;
    expect([first, second]).toEqual([drive.nowMs + retryDelayMs(1, 'a'), drive.nowMs + retryDelayMs(1, 'b')]);
    const answer = drive.ask({ kind: 'next', worker: 'w', runners: ['local'], attempts: ['x'] });
    expect(answer).toMatchObject({
      leases: [],
      ended: false,
      againInMs: Math.min(first, second) - drive.nowMs,
    });
    drive.nowMs = Math.min(first, second) - 1;
    expect(drive.next(2)).toEqual([]);
    drive.nowMs = Math.min(first, second);
    expect(drive.next(2)).toEqual([first < second ? 'a' : 'b']);
    drive.nowMs = Math.max(first, second);
    expect(drive.next(2)).toEqual([first < second ? 'b' : 'a']);
  });

  test('waits longer each time', () => {
    const drive = driver();
    drive.submit('a');
    for (const retry of [1, 2, 3]) {
      drive.next(1);
      expect(drive.end('a', infrastructure).retryAtMs).toBe(drive.nowMs + retryDelayMs(retry, 'a'));
      drive.nowMs += 60_000;
    }
  });
});

describe('an attempt that its worker gives back', () => {
  test('makes its task ready at once and uses up no retry', () => {
    const drive = driver();
    drive.submit('a retries=1; b: a');
    for (let time = 0; time < 5; time += 1) {
      expect(drive.next(1)).toEqual(['a']);
      const answer = drive.end('a', { kind: 'cancelled' });
      expect([answer.accepted, answer.retryAtMs]).toEqual([true, undefined]);
      expect(drive.text()).toBe('a ready, b pending');
    }
    drive.next(1);
    expect(drive.end('a', infrastructure).retryAtMs).toBeGreaterThan(drive.nowMs);
    drive.nowMs += 200_000;
    drive.next(1);
    drive.end('a', 'published');
    expect(drive.next(1)).toEqual(['b']);
  });

  test('is counted through a restart', () => {
    const drive = driver();
    drive.submit('a');
    drive.next(1);
    drive.end('a', { kind: 'cancelled' });
    const [task] = drive.scheduler.state().tasks;
    expect(task?.retries).toEqual({ 'given-back': 1 });
  });
});

describe('a superseded attempt', () => {
  test('makes its task ready at once and uses up no retry', () => {
    const drive = driver();
    drive.submit('a retries=0; b: a');
    for (let time = 0; time < 10; time += 1) {
      expect(drive.next(1)).toEqual(['a']);
      expect(drive.end('a', 'superseded')).toMatchObject({ accepted: true });
    }
    drive.next(1);
    drive.end('a', 'published');
    expect(drive.next(1)).toEqual(['b']);
  });

  test('reopens the inputs that disagree, though they had ended, and waits for them', () => {
    const drive = driver();
    drive.submit('a; b fresh; c: a b; d: c; e: b');
    drive.next(2);
    drive.end('a', 'published');
    drive.end('e', 'published');
    expect(drive.next(2)).toEqual(['c']);
    drive.end('c', superseded('a', 'b'));
    expect(drive.text()).toBe('a ready, b ready, c pending, d pending, e published');
    expect(drive.next(9)).toEqual(['a', 'b']);
    drive.end('a', { kind: 'fresh' });
    expect(drive.next(9)).toEqual([]);
    drive.end('b', 'published');
    expect(drive.next(9)).toEqual(['c']);
    drive.end('c', 'published');
    expect(drive.next(9)).toEqual(['d']);
    drive.end('d', 'published');
    expect(drive.ended()).toBe(true);
  });

  test('takes back those below a reopened task that have not begun', () => {
    const drive = driver();
    drive.submit('a fresh; b: a; c: a; d: a');
    expect(drive.next(2)).toEqual(['b', 'c']);
    drive.end('c', infrastructure);
    drive.end('b', superseded('a'));
    expect(drive.text()).toBe('a ready, b pending, c pending, d pending');
    drive.nowMs += 60_000;
    expect(drive.next(9)).toEqual(['a']);
    drive.end('a', 'published');
    expect(drive.next(9)).toEqual(['b', 'c', 'd']);
  });

  test('leaves those below a reopened task that are running, whatever comes of them', () => {
    const ways: readonly (readonly [AttemptEnd, string])[] = [
      [{ kind: 'fresh' }, 'c fresh'],
      [superseded('a'), 'c pending'],
      [superseded(), 'c pending'],
      [infrastructure, 'c pending'],
      [failed, 'c failed'],
    ];
    for (const [end, text] of ways) {
      const drive = driver();
      drive.submit('a fresh; b: a; c: a');
      drive.next(2);
      drive.end('b', superseded('a'));
      expect(drive.text()).toBe('a ready, b pending, c running');
      drive.end('c', end);
      expect(drive.text()).toBe(`a ready, b pending, ${text}`);
      drive.nowMs += 60_000;
      expect(drive.next(9)).toEqual(['a']);
      drive.end('a', 'published');
      for (const task of drive.next(9)) drive.end(task, 'published');
      expect(drive.ended()).toBe(true);
    }
  });

  test('decides inputs of inputs first, in whatever order they are named', () => {
    for (const disagreeing of [
      ['x', 'y'],
      ['y', 'x'],
    ]) {
      const drive = driver();
      drive.submit('y fresh; x fresh: y; d: x y');
      drive.next(1);
      drive.end('d', superseded(...disagreeing));
      expect(drive.next(9)).toEqual(['y']);
      drive.end('y', 'published');
      expect(drive.next(9)).toEqual(['x']);
      drive.end('x', 'published');
      expect(drive.next(9)).toEqual(['d']);
    }
  });

  test('ends below a reopened input that fails', () => {
    const drive = driver();
    drive.submit('a fresh; b: a; c: b');
    drive.next(1);
    drive.end('b', superseded('a'));
    drive.next(1);
    drive.end('a', failed);
    expect(drive.text()).toBe('a failed, b upstream-failed by a, c upstream-failed by a');
    expect(drive.ended()).toBe(true);
  });

  test('ends below a reopened input that failed while it ran', () => {
    for (const end of [superseded(), superseded('x'), superseded('a'), infrastructure]) {
      const drive = driver();
      drive.submit('x fresh; a fresh: x; b: a; c: a; d: c');
      drive.next(2);
      drive.end('b', superseded('a'));
      drive.next(1);
      drive.end('a', failed);
      expect(drive.text()).toContain('a failed, b upstream-failed by a, c running');
      drive.end('c', end);
      for (const task of drive.next(9)) drive.end(task, 'published');
      expect(drive.text()).toMatch(
        /a failed, b upstream-failed by a, c upstream-failed by a, d upstream-failed by a$/,
      );
      expect(drive.ended()).toBe(true);
    }
  });

  test('names nothing that the scheduler could run: it is ready again itself', () => {
    const drive = driver();
    drive.submit('e external fresh; w wrapper fresh; b: e w');
    drive.next(1);
    drive.end('b', superseded('e', 'w', 'never-submitted'));
    expect(drive.text()).toBe('e fresh, w fresh, b ready');
  });
});

test('only the classes of failure that may pass are tried again', () => {
  const classes = Object.entries(ends).map(([name, end]) => `${name} ${retryClassOf(end) ?? 'no'}`);
  expect(classes.join(', ')).toBe(
    'infrastructure infrastructure, crashed crashed, timed-out timed-out, failed no, blocked no, waiting no, cancelled given-back',
  );
  expect(retryClassOf({ kind: 'lost' })).toBe('lost');
  expect(retriesAllowed('timed-out', undefined)).toBe(1);
  expect(retriesAllowed('lost', 0)).toBe(0);
  expect(retriesAllowed('given-back', 0)).toBe(20);
});
