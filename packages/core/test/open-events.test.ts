import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { DaybookEvent, EventHandlers } from '../src/events/event.ts';
import { isOfHandler } from '../src/events/handler-queue.ts';
import { openEvents } from '../src/events/open-events.ts';
import { handTimer, settled } from './hand-timer.ts';

const at = '2018-08-01T06:00:00.000Z';

/** An event that is told apart by its run. */
function started(run: string): DaybookEvent {
  return { kind: 'runStarted', at, run, today: '2018-08-01', command: ['run', 'daily'], counts: {} };
}

function dispatching(on: EventHandlers, options: { readonly waitingMax?: number } = {}) {
  const time = handTimer();
  const reports: string[] = [];
  const reported = (why: string): void => void reports.push(why);
  return { time, reports, ...openEvents(on, { reported, timer: time.timer, ...options }) };
}

/** Tells `count` events with the runs 1, 2, … */
function tellMany(tell: (event: DaybookEvent) => void, count: number): void {
  for (let number = 1; number <= count; number += 1) tell(started(String(number)));
}

describe('a handler', () => {
  test('is called later, once for each event of its kind, in their order', async () => {
    const runs: string[] = [];
    const { tell, close, reports } = dispatching({
      runStarted: async ({ run }) => {
        await settled();
        runs.push(run);
      },
      runEnded: () => expect.unreachable(),
    });
    tellMany(tell, 5);
    expect(runs).toEqual([]);
    await close();
    expect(runs).toEqual(['1', '2', '3', '4', '5']);
    expect(reports).toEqual([]);
  });

  test('stands between nobody and their work: each event has a turn of its own', async () => {
    const runs: string[] = [];
    const { tell, close } = dispatching({ runStarted: ({ run }) => void runs.push(run) });
    tellMany(tell, 5);
    expect(runs).toEqual([]);
    for (let turn = 1; turn <= 3; turn += 1) {
      await nextTurn();
      expect(runs.length).toBeLessThanOrEqual(turn);
    }
    await close();
    expect(runs).toHaveLength(5);
  });

  test('that stands under several kinds is told of all in one order', async () => {
    const kinds: string[] = [];
    const handler = async ({ kind }: DaybookEvent): Promise<void> => {
      await settled();
      kinds.push(kind);
    };
    const { tell, close } = dispatching({ clusterCreated: [handler], runStarted: handler });
    const created = { kind: 'clusterCreated', at, runner: 'emr', cluster: 'j-1' } as const;
    for (const event of [started('1'), created, started('2'), created]) tell(event);
    await close();
    expect(kinds).toEqual(['runStarted', 'clusterCreated', 'runStarted', 'clusterCreated']);
  });

  test('cannot change what it is told, for others or for who told it', async () => {
    const seen: unknown[] = [];
    const event = started('1');
    const { tell, close, reports } = dispatching({
      runStarted: [
        (told) => {
          (told as { run: string }).run = 'another';
        },
        (told) => {
          (told.command as string[]).push('--force');
        },
        (told) => void seen.push(told),
      ],
    });
    tell(event);
    await close();
    expect(seen).toEqual([started('1')]);
    expect(event).toEqual(started('1'));
    expect(Object.isFrozen(event)).toBe(false);
    expect(reports).toEqual([
      "The event handler on.runStarted[0] failed: Cannot assign to read only property 'run' of object '#<Object>'. Nothing else has changed by it: see to the handler.",
      'The event handler on.runStarted[1] failed: Cannot add property 2, object is not extensible. Nothing else has changed by it: see to the handler.',
    ]);
  });

  test('has what it threw reported: at once, and every time ten times as many, and the sum', async () => {
    let times = 0;
    const { tell, close, reports } = dispatching({
      runStarted: () => {
        times += 1;
        throw new Error(`No channel ${times}.\nA second line.`);
      },
    });
    tellMany(tell, 12);
    await settled();
    const failed = (often: string, number: number): string =>
      `The event handler on.runStarted failed${often}: No channel ${number}. Nothing else has changed by it: see to the handler.`;
    expect(reports).toEqual([failed('', 1), failed(' 10 times', 10)]);
    await close();
    expect(reports.slice(2)).toEqual([failed(' 12 times', 12)]);
    expect(times).toBe(12);
  });

  test.each<[string, unknown, string]>([
    ['text', 'no channel', 'no channel.'],
    ['nothing', undefined, 'undefined.'],
    ['an error without a message', new Error(''), 'it says nothing.'],
    ['what throws when it is looked at', { toString: () => expect.unreachable() }, 'it says nothing.'],
  ])('may reject with %s', async (_, thrown, told) => {
    const { tell, close, reports } = dispatching({ runStarted: async () => await Promise.reject(thrown) });
    tell(started('1'));
    await close();
    expect(reports).toEqual([
      `The event handler on.runStarted failed: ${told} Nothing else has changed by it: see to the handler.`,
    ]);
  });

  test('that hangs is given up after its time, told by its signal, and gets the next event', async () => {
    const signals: AbortSignal[] = [];
    const { tell, close, reports, time } = dispatching({
      runStarted: [
        async (_, { signal }) => {
          signals.push(signal);
          if (signals.length === 1) await new Promise(() => undefined);
        },
      ],
    });
    tellMany(tell, 3);
    await time.pass(9999);
    expect([signals.length, reports]).toEqual([1, []]);
    await time.pass(1);
    await settled();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false, false]);
    await close();
    expect(reports).toEqual([
      'The event handler on.runStarted[0] took longer than 10 s and was given up: let it end sooner.',
    ]);
    expect(time.waiting).toBe(0);
  });

  test('that rejects after it was given up has told enough', async () => {
    const late = Promise.withResolvers<void>();
    const { tell, close, reports, time } = dispatching({ runStarted: async () => await late.promise });
    tell(started('1'));
    await time.pass(10_000);
    late.reject(new Error('Too late.'));
    await settled();
    await close();
    expect(reports).toHaveLength(1);
    expect(reports[0]).toContain('took longer than 10 s');
  });

  test('that is slower than its events has those beyond its queue dropped, and is told how many', async () => {
    const gate = Promise.withResolvers<void>();
    const runs: string[] = [];
    const others: string[] = [];
    const { tell, close, reports } = dispatching(
      {
        runStarted: [
          async ({ run }) => {
            await gate.promise;
            runs.push(run);
          },
          ({ run }) => void others.push(run),
        ],
      },
      { waitingMax: 3 },
    );
    tell(started('0'));
    await settled();
    for (let number = 1; number <= 6; number += 1) {
      tell(started(String(number)));
      await settled();
    }
    gate.resolve();
    await close();
    expect(runs).toEqual(['0', '1', '2', '3']);
    expect(others).toEqual(['0', '1', '2', '3', '4', '5', '6']);
    expect(reports).toEqual([
      'The event handler on.runStarted[0] is too slow: 3 events wait for it, and 1 event was dropped: let it do less, or stand under fewer events.',
      'The event handler on.runStarted[0] is too slow: 3 events wait for it, and 3 events were dropped: let it do less, or stand under fewer events.',
    ]);
  });

  test('that tells of events itself, without end, stops nobody else', async () => {
    let told = 0;
    // An end all the same, so that whoever lets it stop others sees this fail, and not hang.
    const most = 10_000;
    const { tell, close } = dispatching({
      runStarted: () => {
        told += 1;
        if (told < most) tell(started('again'));
      },
    });
    tell(started('1'));
    await settled();
    expect(told).toBeGreaterThan(1);
    expect(told).toBeLessThan(most);
    await close();
    const then = told;
    await settled();
    expect(told).toBe(then);
  });
});

describe('close', () => {
  test('waits for five seconds, then gives up what is left and says so', async () => {
    const { tell, close, reports, time } = dispatching({
      runStarted: async () => await new Promise(() => undefined),
      runEnded: () => undefined,
    });
    tellMany(tell, 3);
    let closed = false;
    const closing = close().then(() => (closed = true));
    await time.pass(4999);
    expect([closed, reports]).toEqual([false, []]);
    await time.pass(1);
    await closing;
    expect(reports).toEqual([
      'The event handler on.runStarted was not waited for any longer, and 3 events were not taken by it: let it end sooner.',
    ]);
    expect(time.waiting).toBe(0);
  });

  test('does nothing where nothing is left, and what comes after it is told nobody', async () => {
    const runs: string[] = [];
    const { tell, close, time } = dispatching({ runStarted: ({ run }) => void runs.push(run) });
    tell(started('1'));
    await close();
    await close();
    tell(started('2'));
    await settled();
    expect([runs, time.waiting]).toEqual([['1'], 0]);
    const none = dispatching({});
    none.tell(started('1'));
    await none.close();
  });
});

test('an error that a handler waits for no more is known as its own', async () => {
  const stray = Promise.withResolvers<boolean>();
  const { tell, close, reports } = dispatching({
    runStarted: () => {
      setTimeout(() => stray.resolve(isOfHandler(new Error('Nobody waits.'))), 1);
    },
  });
  tell(started('1'));
  expect(await stray.promise).toBe(true);
  await close();
  expect(reports).toEqual([
    'The event handler on.runStarted failed: Nobody waits. Nothing else has changed by it: see to the handler.',
  ]);
  expect(isOfHandler(new Error('Not one.'))).toBe(false);
});
