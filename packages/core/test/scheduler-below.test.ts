import { describe, expect, test } from 'vitest';
import { blocked, driver, failed } from './scheduler-driver.ts';

describe('what lies below', () => {
  test('a task that failed is upstream-failed, with the name of the culprit', () => {
    const drive = driver();
    drive.submit('a; b: a; c: b; w wrapper: c; x; y: x');
    drive.next(1);
    drive.end('a', failed);
    expect(drive.text()).toBe(
      'a failed, b upstream-failed by a, c upstream-failed by a, w upstream-failed by a, x ready, y pending',
    );
    expect(drive.ended()).toBe(false);
  });

  test.each([
    ['blocked', blocked, 'upstream-failed by a'],
    ['waiting', { kind: 'waiting', for: 'the exchange' }, 'waiting'],
    ['cancelled', { kind: 'cancelled' }, 'cancelled'],
  ] as const)('a task that ended %s ends accordingly', (kind, end, below) => {
    const drive = driver();
    drive.submit('a; b: a; c: b');
    drive.next(1);
    if (kind === 'cancelled') drive.ask({ kind: 'cancel' });
    drive.end('a', end);
    expect(drive.text()).toBe(`a ${kind}, b ${below}, c ${below}`);
    expect(drive.ended()).toBe(true);
  });

  test('a task that is cancelled by itself is cancelled with it, and one that is in no run is refused', () => {
    const drive = driver();
    drive.submit('a; b: a; c: b; d');
    expect(drive.scheduler.handle({ kind: 'cancel', task: 'e' }, drive.nowMs)).toEqual({
      kind: 'refused',
      why: 'There is no task e in any run: see which there are.',
    });
    expect(drive.text()).toBe('a ready, b pending, c pending, d ready');
    expect(drive.ask({ kind: 'cancel', task: 'b' }).attempts).toEqual([]);
    expect(drive.text()).toBe('a ready, b cancelled, c cancelled, d ready');
  });

  test('a task that waits waits for the same thing', () => {
    const drive = driver();
    drive.submit('a waiting external; b: a; c: b');
    expect(drive.text()).toBe('a waiting, b waiting, c waiting');
    expect(drive.view('c').end).toEqual({ kind: 'waiting', for: 'the day' });
  });

  test('several that wait waits for the first', () => {
    const drive = driver();
    drive.submit('a; b; c: a b; d: c');
    drive.next(2);
    drive.end('b', { kind: 'waiting', for: 'b' });
    drive.end('a', { kind: 'waiting', for: 'a' });
    expect([drive.view('c').end, drive.view('d').end]).toEqual([
      { kind: 'waiting', for: 'b' },
      { kind: 'waiting', for: 'b' },
    ]);
  });

  test('both a wait and a failure is upstream-failed, whichever came first', () => {
    const failsLast = driver();
    failsLast.submit('a waiting; b; c: a b; d: c; e: a');
    expect(failsLast.text()).toBe('a waiting, b ready, c waiting, d waiting, e waiting');
    failsLast.next(1);
    failsLast.end('b', failed);
    expect(failsLast.text()).toBe(
      'a waiting, b failed, c upstream-failed by b, d upstream-failed by b, e waiting',
    );
    const failsFirst = driver();
    failsFirst.submit('a; b; c: a b; d: c');
    failsFirst.next(2);
    failsFirst.end('b', failed);
    failsFirst.end('a', { kind: 'waiting', for: 'x' });
    expect(failsFirst.text()).toBe('a waiting, b failed, c upstream-failed by b, d upstream-failed by b');
  });

  test('two that failed names the one that failed first', () => {
    const drive = driver();
    drive.submit('a; b; c: a b');
    drive.next(2);
    drive.end('b', failed);
    drive.end('a', failed);
    expect(drive.text()).toBe('a failed, b failed, c upstream-failed by b');
  });

  test('does not hold back what lies beside', () => {
    const drive = driver();
    drive.submit('a; b; c: a; d: b');
    drive.next(2);
    drive.end('a', failed);
    drive.end('b', 'published');
    expect(drive.next(9)).toEqual(['d']);
    drive.end('d', 'published');
    expect(drive.ended()).toBe(true);
  });
});

describe('a wrapper', () => {
  test('is complete when its inputs are, through all levels, and is never attempted', () => {
    const drive = driver();
    drive.submit('a; b; v wrapper: a; w wrapper: v b; x wrapper: w; c: x');
    drive.next(9);
    drive.end('a', 'published');
    expect(drive.text()).toBe('a published, b running, v fresh, w pending, x pending, c pending');
    drive.end('b', 'published');
    expect(drive.text()).toBe('a published, b published, v fresh, w fresh, x fresh, c ready');
    expect(drive.view('x')).toMatchObject({ wrapper: true, attempts: 0 });
  });

  test('of nothing, or of what is fresh, is complete at once', () => {
    const drive = driver();
    drive.submit('v wrapper; a fresh; w wrapper: a v; x wrapper fresh; c: w');
    expect(drive.text()).toBe('v fresh, a fresh, w fresh, x fresh, c ready');
  });
});
