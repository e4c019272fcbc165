import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Schedule } from '@daybook/core';
import { DaybookError } from '@daybook/core';
import { describe, expect, test } from 'vitest';
import { startSchedules } from '../../src/index.ts';
import { emptyFolder } from '../running.ts';
import { day, hour, minute, world } from './world.ts';

const morning: Schedule = { name: 'morning', task: 'accounting', cron: '0 6 * * *' };
const often: Schedule = { name: 'often', task: 'accounting', cron: '*/10 * * * *' };
const unreachable = new DaybookError('target-failed', 'The target cannot be reached.');

describe('a start that fails', () => {
  test('is tried again with growing pauses until it succeeds, and each time said so', async () => {
    const made = world('2026-11-02T05:59Z');
    const tries: number[] = [];
    made.fails = () => {
      tries.push(made.clock.ranMs() - minute);
      if (made.clock.ranMs() < 20 * minute) throw unreachable;
    };
    const { schedules } = made.begin([morning]);
    await made.clock.pass(15 * minute);
    expect(made.submitted()).toEqual([]);
    expect(schedules.latenessSeconds()).toEqual({ morning: 14 * 60 });
    expect(tries.slice(0, 8)).toEqual([0, 750, 2250, 5250, 11_250, 23_250, 47_250, 92_250]);
    expect(made.lines.find(({ event }) => event === 'schedule-not-started')).toMatchObject({
      schedule: 'morning',
      run: '20261102T060000000Z-morning',
      code: 'target-failed',
      why: 'The target cannot be reached.',
      againMs: 750,
    });
    await made.clock.pass(20 * minute);
    expect(made.submitted()).toEqual(['20261102T060000000Z-morning']);
    expect(schedules.latenessSeconds()).toEqual({ morning: 0 });
  });

  test('after the run was submitted is repeated under the same id, and says so', async () => {
    const made = world('2026-11-02T05:59Z');
    let lost = 0;
    made.loses = () => {
      if ((lost += 1) <= 2) throw unreachable;
    };
    const { schedules } = made.begin([morning]);
    await made.clock.pass(12 * minute);
    expect(made.runs.get('20261102T060000000Z-morning')?.submissions).toEqual([false, true, true]);
    expect(schedules.latenessSeconds()).toEqual({ morning: 0 });
  });

  test('after its run has ended is repeated where that ended ok, for what follows upon it', async () => {
    for (const [outcome, submissions] of [
      ['ok', [false, true]],
      ['failed', [false]],
    ] as const) {
      const made = world('2026-11-02T05:59Z');
      made.goes = () => ({ minutes: 0, outcome });
      let lost = 0;
      made.loses = () => {
        if ((lost += 1) === 1) throw unreachable;
      };
      const { schedules } = made.begin([morning]);
      await made.clock.pass(3 * minute);
      expect(made.runs.get('20261102T060000000Z-morning')?.submissions).toEqual(submissions);
      expect(schedules.latenessSeconds()).toEqual({ morning: outcome === 'ok' ? 0 : 120 });
    }
  });

  test('is tried again where the scheduler cannot say what it knows', async () => {
    const made = world('2026-11-02T05:59Z');
    made.unknowable = () => {
      if (made.clock.ranMs() < 10 * minute) throw new DaybookError('write-failed', 'The journal is gone.');
    };
    made.begin([morning]);
    await made.clock.pass(12 * minute);
    expect(made.runs.get('20261102T060000000Z-morning')?.submissions).toEqual([false]);
  });

  test('for a fault of the configuration is not tried again, and the next due time is', async () => {
    const made = world('2026-11-02T05:00Z');
    made.fails = () => {
      throw new DaybookError('parameter-invalid', 'There is no such day.');
    };
    const { schedules } = made.begin([morning]);
    await made.clock.pass(2 * day);
    expect(made.lines.filter(({ event }) => event === 'schedule-refused')).toMatchObject([
      { level: 'error', code: 'parameter-invalid', why: 'There is no such day.' },
      { run: '20261103T060000000Z-morning' },
    ]);
    expect(made.lines.filter(({ event }) => event === 'schedule-not-started')).toEqual([]);
    expect(schedules.latenessSeconds()).toEqual({ morning: 47 * 3600 });
  });

  test('for a fault of the configuration, of a run that is open, leaves it open until it ends', async () => {
    const made = world('2026-11-02T05:59Z');
    made.goes = () => ({ minutes: 25 });
    const skipping: Schedule = { ...often, overlap: 'skip' };
    const life = made.begin([skipping]);
    await made.clock.pass(5 * minute);
    life.kill();
    made.fails = () => {
      throw new DaybookError('parameter-invalid', 'There is no such day.');
    };
    made.begin([skipping]);
    await made.clock.pass(20 * minute);
    expect(made.dues('schedule-passed-over').map((due) => String(due).slice(11, 16))).toEqual([
      '06:10',
      '06:20',
    ]);
    expect(made.lines.filter(({ event }) => event === 'schedule-refused')).toHaveLength(1);
    await made.clock.pass(2 * minute);
    expect(made.lines.find(({ event }) => event === 'schedule-ran')).toMatchObject({ end: 'ok' });
    await made.clock.pass(10 * minute);
    expect(made.lines.filter(({ event }) => event === 'schedule-ran').map(({ end }) => end)).toEqual([
      'ok',
      'refused',
    ]);
    expect(made.faults).toEqual([]);
  });

  test('when the state cannot be written starts nothing, and goes on once it can', async () => {
    const made = world('2026-11-02T05:00Z');
    made.begin([morning]);
    const file = join(made.state(), 'schedules.json');
    rmSync(file);
    mkdirSync(join(file, 'in-the-way'), { recursive: true });
    await made.clock.pass(90 * minute);
    expect(made.submitted()).toEqual([]);
    expect(made.lines.find(({ event }) => event === 'schedules-not-kept')).toMatchObject({
      code: 'write-failed',
    });
    rmSync(file, { recursive: true });
    await made.clock.pass(2 * minute);
    expect(made.submitted()).toEqual(['20261102T060000000Z-morning']);
    expect(readFileSync(file, 'utf8')).toContain('"openMs"');
  });
});

describe('lateness', () => {
  test('is counted from the first due time whose run, or a later one, has not ended ok', async () => {
    const made = world('2026-11-02T05:00Z');
    made.goes = (run) => ({ minutes: 10, outcome: run < '20261104' ? 'failed' : 'ok' });
    const { schedules } = made.begin([morning]);
    const late = () => schedules.latenessSeconds()['morning'];
    expect(late()).toBe(0);
    await made.clock.pass(hour + 5 * minute);
    expect(late()).toBe(300);
    await made.clock.pass(day);
    expect(late()).toBe(300 + 24 * 3600);
    await made.clock.pass(day);
    expect(late()).toBe(300 + 48 * 3600);
    await made.clock.pass(10 * minute);
    expect(late()).toBe(0);
  });

  test('outlives the process', async () => {
    const made = world('2026-11-02T05:00Z');
    made.goes = () => ({ minutes: 10, outcome: 'blocked' });
    const life = made.begin([morning]);
    await made.clock.pass(2 * hour);
    life.kill();
    expect(made.begin([morning]).schedules.latenessSeconds()).toEqual({ morning: 3600 });
  });
});

describe('stopping', () => {
  test('aborts what was started and starts nothing more; the next start follows what is open', async () => {
    const made = world('2026-11-02T05:59Z');
    const folder = emptyFolder();
    const seen: string[] = [];
    const begin = () =>
      startSchedules({
        schedules: [often],
        state: folder,
        nowMs: made.clock.nowMs,
        timer: made.clock.timer,
        log: { level: 'silent' },
        runOf: async () => (seen.length > 0 ? {} : undefined),
        start: ({ run, again, signal }) =>
          new Promise((_, reject) => {
            seen.push(`${run} ${again}`);
            signal.addEventListener('abort', () => reject(new Error('stopped')));
          }),
      });
    const first = begin();
    await made.clock.pass(5 * minute);
    await first.stop();
    await first.stop();
    await made.clock.pass(3 * minute);
    const second = begin();
    await made.clock.pass(minute);
    await second.stop();
    await made.clock.pass(hour);
    expect(seen).toEqual(['20261102T060000000Z-often false', '20261102T060000000Z-often true']);
  });
});

describe('the state of schedules', () => {
  const start = (state: string, schedules: readonly Schedule[] = [morning]) =>
    startSchedules({ schedules, state, log: { level: 'silent' }, runOf: never, start: never });
  const never = () => Promise.reject(new Error('It is not called.'));

  test.each([
    ['state-damaged', '{'],
    ['state-damaged', '[]'],
    ['state-damaged', '{"format":1}'],
    ['state-damaged', '{"format":1,"schedules":{"morning":{"cron":"0 6 * * *","zone":"UTC","handledMs":1}}}'],
    ['state-too-new', '{"format":2}'],
  ])('is refused with %s where it is %s', (code, text) => {
    const state = emptyFolder();
    writeFileSync(join(state, 'schedules.json'), text);
    expect(() => start(state)).toThrow(expect.objectContaining({ code }));
    expect(readFileSync(join(state, 'schedules.json'), 'utf8')).toBe(text);
  });

  test('is kept in a folder that is made, and must be writable at the start', async () => {
    const state = join(emptyFolder(), 'a', 'b');
    await start(state).stop();
    expect(readFileSync(join(state, 'schedules.json'), 'utf8')).toContain('"morning"');
    expect(() => start(join(state, 'schedules.json', 'c'))).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^(write-failed|state-damaged)$/) }),
    );
  });

  test('stays as it is where an expression cannot be read', async () => {
    const state = emptyFolder();
    await start(state).stop();
    const before = readFileSync(join(state, 'schedules.json'), 'utf8');
    expect(() => start(state, [{ ...morning, cron: '61 * * * *' }])).toThrow(
      expect.objectContaining({ code: 'config-invalid' }),
    );
    expect(readFileSync(join(state, 'schedules.json'), 'utf8')).toBe(before);
  });
});
