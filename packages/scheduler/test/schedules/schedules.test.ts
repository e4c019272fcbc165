import type { Schedule } from '@daybook/core';
import { describe, expect, test } from 'vitest';
import { day, hour, minute, world } from './world.ts';

const morning: Schedule = { name: 'morning', task: 'accounting', cron: '0 6 * * *' };
const often: Schedule = { name: 'often', task: 'accounting', cron: '*/10 * * * *' };

describe('a schedule', () => {
  test('runs its task at each due time, under an id that tells both', async () => {
    const made = world('2026-11-02T05:00Z');
    const { schedules } = made.begin([morning]);
    expect(schedules.next()).toEqual([{ name: 'morning', atMs: Date.parse('2026-11-02T06:00Z') }]);
    await made.clock.pass(2 * day);
    expect(made.submitted()).toEqual(['20261102T060000000Z-morning', '20261103T060000000Z-morning']);
    expect(made.runs.get('20261102T060000000Z-morning')).toMatchObject({
      submittedMs: Date.parse('2026-11-02T06:00Z'),
      submissions: [false],
    });
    expect(made.dues('schedule-due')).toEqual(['2026-11-02T06:00:00.000Z', '2026-11-03T06:00:00.000Z']);
    expect(made.lines.filter(({ event }) => event === 'schedule-ran').map(({ end }) => end)).toEqual([
      'ok',
      'ok',
    ]);
    await schedules.stop();
  });

  test('is told the due time, the schedule as it stands in the configuration, and nothing of today', async () => {
    const made = world('2026-11-02T05:00Z');
    const full = { ...morning, parameters: { n: '1' }, refetch: true, force: true } as const;
    made.fails = (due) => {
      expect(due).toEqual({
        schedule: full,
        dueMs: Date.parse('2026-11-02T06:00Z'),
        run: '20261102T060000000Z-morning',
        again: false,
        signal: expect.any(AbortSignal),
      });
    };
    made.begin([full]);
    await made.clock.pass(2 * hour);
    expect(made.submitted()).toHaveLength(1);
  });

  test('reads its expression in its own zone, else in that of the configuration, else in UTC', async () => {
    const made = world('2026-07-01T00:00Z');
    const tokyo = { ...morning, name: 'tokyo', zone: 'Asia/Tokyo' };
    const { schedules } = made.begin([morning, tokyo], { zone: 'Europe/London' });
    expect(schedules.next()).toEqual([
      { name: 'morning', atMs: Date.parse('2026-07-01T05:00Z') },
      { name: 'tokyo', atMs: Date.parse('2026-07-01T21:00Z') },
    ]);
    await schedules.stop();
    const [plain] = world('2026-07-01T00:00Z').begin([morning]).schedules.next();
    expect(plain?.atMs).toBe(Date.parse('2026-07-01T06:00Z'));
  });

  test('that is new misses nothing of what was due before it began', async () => {
    const made = world('2026-11-02T06:00:00.001Z');
    made.begin([morning]);
    await made.clock.pass(23 * hour);
    expect(made.submitted()).toEqual([]);
  });

  // The clocks of London change on 29 March and 25 October 2026, those of New York on 8 March and 1 November.
  test.each([
    ['30 1 * * *', 'Europe/London', '2026-03-28', '2026-03-29T01:00'],
    ['30 1 * * *', 'Europe/London', '2026-10-24', '2026-10-25T00:30'],
    ['30 2 * * *', 'America/New_York', '2026-03-07', '2026-03-08T07:00'],
    ['30 1 * * *', 'America/New_York', '2026-10-31', '2026-11-01T05:30'],
  ])('of %s in %s runs once a day from %s on, though the clocks change', async (cron, zone, from, due) => {
    const made = world(`${from}T12:00Z`);
    made.begin([{ ...morning, cron, zone }]);
    await made.clock.pass(3 * day);
    expect(made.runs.size).toBe(3);
    expect(made.dues('schedule-due')[0]).toContain(due);
  });

  test('whose time comes twice does not run again when the process ends between the two', async () => {
    const made = world('2026-10-24T12:00Z');
    const once = { ...morning, cron: '30 1 * * *', zone: 'Europe/London' };
    const life = made.begin([once]);
    await made.clock.pass(13 * hour);
    life.kill();
    made.begin([once]);
    await made.clock.pass(20 * hour);
    expect(made.submitted()).toEqual(['20261025T003000000Z-morning']);
  });
});

describe('what was missed', () => {
  test('in ten days without a process is caught up once, by the latest due time, and said so', async () => {
    const made = world('2026-11-02T05:00Z');
    made.begin([morning]).kill();
    await made.clock.pass(10 * day + 30 * minute);
    const { schedules } = made.begin([morning]);
    await made.clock.pass(3 * hour);
    expect(made.submitted()).toEqual(['20261111T060000000Z-morning', '20261112T060000000Z-morning']);
    const [first] = made.lines.filter(({ event }) => event === 'schedule-due');
    expect(first).toMatchObject({ due: '2026-11-11T06:00:00.000Z', missedSince: '2026-11-02T06:00:00.000Z' });
    await schedules.stop();
  });

  test('while the machine slept, or by a clock that is set forward, is caught up within a minute', async () => {
    const made = world('2026-11-02T05:00Z');
    made.begin([morning]);
    await made.clock.pass(10 * minute);
    made.clock.set(10 * day);
    await made.clock.pass(minute);
    expect(made.submitted()).toEqual(['20261111T060000000Z-morning']);
    await made.clock.pass(day);
    expect(made.submitted()).toHaveLength(2);
  });

  test('is nothing for a schedule that was away, or whose expression or zone is another one now', async () => {
    for (const after of [morning, { ...morning, cron: '5 6 * * *' }, { ...morning, zone: 'Europe/London' }]) {
      const made = world('2026-11-02T05:00Z');
      made.begin([morning]).kill();
      if (after === morning) made.begin([often]).kill();
      await made.clock.pass(10 * day + 2 * hour);
      const { schedules } = made.begin([after]);
      expect(schedules.latenessSeconds()).toEqual({ morning: 0 });
      await made.clock.pass(22 * hour);
      expect(made.submitted()).toEqual([]);
      await made.clock.pass(2 * hour);
      expect(made.submitted()).toHaveLength(1);
    }
  });

  test('is caught up where only the task, its parameters or the overlap are other ones', async () => {
    const made = world('2026-11-02T05:00Z');
    made.begin([morning]).kill();
    await made.clock.pass(2 * hour);
    made.begin([{ ...morning, task: 'other', parameters: { n: '1' }, overlap: 'skip', force: true }]);
    await made.clock.pass(minute);
    expect(made.submitted()).toEqual(['20261102T060000000Z-morning']);
  });
});

describe('a clock that goes back', () => {
  test('brings nothing again, and what comes after goes on', async () => {
    const made = world('2026-11-02T05:00Z');
    const { schedules } = made.begin([morning]);
    await made.clock.pass(90 * minute);
    made.clock.set(-3 * hour);
    expect(schedules.next()).toEqual([{ name: 'morning', atMs: Date.parse('2026-11-03T06:00Z') }]);
    await made.clock.pass(4 * hour);
    expect(made.submitted()).toHaveLength(1);
    expect(made.lines.filter(({ event }) => event === 'clock-went-back')).toHaveLength(1);
    await made.clock.pass(day);
    expect(made.submitted()).toHaveLength(2);
  });

  test('from days ahead leaves the schedule silent and late', async () => {
    const made = world('2026-11-02T05:00Z');
    const { schedules } = made.begin([morning]);
    made.clock.set(10 * day);
    await made.clock.pass(90 * minute);
    expect(made.submitted()).toHaveLength(2);
    expect(schedules.latenessSeconds()).toEqual({ morning: 0 });
    made.clock.set(-10 * day);
    expect(schedules.latenessSeconds()).toEqual({ morning: (30 * minute) / 1000 });
    await made.clock.pass(2 * day);
    expect(made.submitted()).toHaveLength(2);
    expect(schedules.latenessSeconds()).toEqual({ morning: (30 * minute) / 1000 });
  });

  test('while no process is there brings nothing again either', async () => {
    const made = world('2026-11-02T05:00Z');
    const life = made.begin([morning]);
    await made.clock.pass(90 * minute);
    life.kill();
    made.clock.set(-3 * hour);
    made.begin([morning]);
    await made.clock.pass(4 * hour);
    expect(made.submitted()).toHaveLength(1);
  });
});

describe('while the run before is open', () => {
  test('the latest due time alone waits where they queue', async () => {
    const made = world('2026-11-02T05:55Z');
    made.goes = () => ({ minutes: 35 });
    made.begin([often]);
    await made.clock.pass(60 * minute);
    expect(
      [...made.runs.values()].map(({ run, submittedMs }) => [run.slice(9, 13), minutesOf(submittedMs)]),
    ).toEqual([
      ['0600', '06:00'],
      ['0630', '06:35'],
    ]);
    expect(made.lines.filter(({ event }) => event === 'schedule-waits')).toMatchObject([
      { due: '2026-11-02T06:10:00.000Z' },
      { due: '2026-11-02T06:20:00.000Z', insteadOf: '2026-11-02T06:10:00.000Z' },
      { due: '2026-11-02T06:30:00.000Z', insteadOf: '2026-11-02T06:20:00.000Z' },
      { due: '2026-11-02T06:40:00.000Z' },
      { due: '2026-11-02T06:50:00.000Z', insteadOf: '2026-11-02T06:40:00.000Z' },
    ]);
  });

  test('due times are passed over where they are to be skipped, and said so', async () => {
    const made = world('2026-11-02T05:55Z');
    made.goes = () => ({ minutes: 35 });
    const { schedules } = made.begin([{ ...often, overlap: 'skip' }]);
    await made.clock.pass(42 * minute);
    expect(schedules.latenessSeconds()).toEqual({ often: 0 });
    await made.clock.pass(18 * minute);
    expect(made.submitted()).toEqual(['20261102T060000000Z-often', '20261102T064000000Z-often']);
    expect(made.dues('schedule-passed-over').map((due) => String(due).slice(11, 16))).toEqual([
      '06:10',
      '06:20',
      '06:30',
      '06:50',
    ]);
  });

  test('other schedules do not wait', async () => {
    const made = world('2026-11-02T05:55Z');
    made.goes = (run) => ({ minutes: run.endsWith('often') ? 600 : 1 });
    made.begin([often, { ...often, name: 'other' }]);
    await made.clock.pass(31 * minute);
    expect(made.submitted().filter((run) => run.endsWith('other'))).toHaveLength(3);
  });

  test('and was so when the process ended, it is followed to its end by the next', async () => {
    const made = world('2026-11-02T05:55Z');
    made.goes = () => ({ minutes: 60 });
    const life = made.begin([{ ...morning, cron: '0 * * * *', overlap: 'skip' }]);
    await made.clock.pass(15 * minute);
    life.kill();
    const { schedules } = made.begin([{ ...morning, cron: '5,50 * * * *', overlap: 'skip' }]);
    await made.clock.pass(49 * minute);
    expect(made.runs.get('20261102T060000000Z-morning')?.submissions).toEqual([false, true]);
    expect(made.dues('schedule-passed-over')).toEqual(['2026-11-02T06:50:00.000Z']);
    await made.clock.pass(7 * minute);
    expect(schedules.latenessSeconds()).toEqual({ morning: 60 });
    expect(made.submitted()).toEqual(['20261102T060000000Z-morning', '20261102T070500000Z-morning']);
  });

  test.each(['queue', 'skip'] as const)(
    'and ended while no process was there, it holds up nothing (%s)',
    async (overlap) => {
      const made = world('2026-11-02T05:55Z');
      const life = made.begin([{ ...morning, overlap }]);
      await made.clock.pass(6 * minute);
      life.kill();
      await made.clock.pass(day);
      made.begin([{ ...morning, overlap }]);
      await made.clock.pass(5 * minute);
      expect([...made.runs.values()].map(({ submissions }) => submissions)).toEqual([[false], [false]]);
      expect(made.submitted()).toEqual(['20261102T060000000Z-morning', '20261103T060000000Z-morning']);
      await made.clock.pass(day + 10 * minute);
      expect(made.runs.size).toBe(3);
      expect(made.lines.filter(({ event }) => event === 'schedule-ran')).toHaveLength(3);
    },
  );
});

function minutesOf(ms: number): string {
  return new Date(ms).toISOString().slice(11, 16);
}
