import { describe, expect, test } from 'vitest';
import { seededRandom } from '@daybook/core/testing';
import { dueTimes } from '../../src/schedules/due-times.ts';
import { day, hour, minute } from './world.ts';

const timesOf = (cron: string, zone: string) => dueTimes({ name: 's', cron }, zone);

function following(cron: string, zone: string, from: string, count: number): readonly string[] {
  const times = timesOf(cron, zone);
  const found: string[] = [];
  for (let ms = Date.parse(from); found.length < count; found.push(new Date(ms).toISOString().slice(0, 16)))
    ms = times.next(ms);
  return found;
}

describe('on the day on which the clock', () => {
  // London goes forward on 29 March 2026 at 01:00 and back on 25 October at 02:00 of summer time.
  test('of London goes forward, a time that does not come is due at the end of the gap', () => {
    const due = ['2026-03-28T01:30', '2026-03-29T01:00', '2026-03-30T00:30'];
    expect(following('30 1 * * *', 'Europe/London', '2026-03-27T12:00Z', 3)).toEqual(due);
  });

  test('of London goes back, a time that comes twice is due the first time', () => {
    const due = ['2026-10-24T00:30', '2026-10-25T00:30', '2026-10-26T01:30'];
    expect(following('30 1 * * *', 'Europe/London', '2026-10-23T12:00Z', 3)).toEqual(due);
  });

  // New York goes forward on 8 March 2026 at 02:00 and back on 1 November at 02:00 of summer time.
  test('of New York goes forward, a time that does not come is due at the end of the gap', () => {
    const due = ['2026-03-07T07:30', '2026-03-08T07:00', '2026-03-09T06:30'];
    expect(following('30 2 * * *', 'America/New_York', '2026-03-06T12:00Z', 3)).toEqual(due);
  });

  test('of New York goes back, a time that comes twice is due the first time', () => {
    const due = ['2026-10-31T05:30', '2026-11-01T05:30', '2026-11-02T06:30'];
    expect(following('30 1 * * *', 'America/New_York', '2026-10-30T12:00Z', 3)).toEqual(due);
  });

  test('goes forward or back, lists and ranges of hours are due once each, times of the gap together', () => {
    const forward = ['2026-03-29T00:30', '2026-03-29T01:00', '2026-03-29T01:30', '2026-03-29T23:30'];
    expect(following('30 0-2 * * *', 'Europe/London', '2026-03-29T00:00Z', 4)).toEqual(forward);
    const back = ['2026-10-25T00:00', '2026-10-25T00:30', '2026-10-25T02:00', '2026-10-25T02:30'];
    expect(following('0,30 1,2 * * *', 'Europe/London', '2026-10-24T23:00Z', 4)).toEqual(back);
  });

  test('goes back, what is due every so often goes on through both hours', () => {
    const due = ['2026-10-25T00:30', '2026-10-25T01:00', '2026-10-25T01:30', '2026-10-25T02:00'];
    expect(following('*/30 * * * *', 'Europe/London', '2026-10-25T00:00Z', 4)).toEqual(due);
  });
});

test('a daily time is due once on every day of four years, in zones that change their clocks at odd hours', () => {
  const zones = [
    'Europe/London',
    'America/New_York',
    'Australia/Lord_Howe',
    'America/Santiago',
    'Asia/Beirut',
  ];
  for (const zone of zones) {
    for (const cron of ['0 0 * * *', '30 1 * * *', '15 2 * * *', '59 23 * * *']) {
      const dayOf = new Intl.DateTimeFormat('en-CA', { timeZone: zone });
      const [days, times] = [new Set<string>(), timesOf(cron, zone)];
      const [startMs, endMs] = [Date.parse('2018-01-01T12:00Z'), Date.parse('2022-01-01T12:00Z')];
      let count = 0;
      for (let ms = times.next(startMs); ms <= endMs; ms = times.next(ms), count += 1)
        days.add(dayOf.format(ms));
      expect(`${zone} ${cron} ${days.size} ${count}`).toBe(`${zone} ${cron} 1461 1461`);
    }
  }
});

test('the latest due time is the last of those that follow each other', () => {
  const random = seededRandom(1);
  const crons = [
    '30 1 * * *',
    '0,30 0-3 * * *',
    '*/20 * * * *',
    '15 */3 * * *',
    '0 2 * * 0',
    '5 1,2 25-31 3,10 *',
  ];
  for (let round = 0; round < 80; round += 1) {
    const zone = random.pick(['Europe/London', 'America/New_York', 'Australia/Lord_Howe']);
    const times = timesOf(random.pick(crons), zone);
    const around = random.pick([
      '2026-03-29',
      '2026-10-25',
      '2026-03-08',
      '2026-11-01',
      '2026-04-05',
      '2026-10-04',
    ]);
    let ms = Date.parse(`${around}T00:00Z`) - 2 * day + random.below(hour);
    const endMs = ms + 4 * day;
    for (ms = times.next(ms); ms < endMs;) {
      const next = times.next(ms);
      for (const at of [ms, ms + 1, ms + random.below(next - ms), next - 1])
        expect(times.latest(at)).toBe(ms);
      expect(times.next(next - 1 - random.below(next - ms))).toBe(next);
      expect(ms % minute).toBe(0);
      ms = next;
    }
  }
});

test.each([
  ['60 * * * *', 'cannot be read: Invalid value for minute: 60'],
  ['0 6 * * monkey', 'cannot be read'],
  ['0 0 30 2 *', 'never comes: see to the day and the month'],
])('the expression %s is refused', (cron, why) => {
  expect(() => timesOf(cron, 'UTC')).toThrow(
    expect.objectContaining({
      code: 'config-invalid',
      message: expect.stringContaining(`"${cron}", which ${why}`),
    }),
  );
});
