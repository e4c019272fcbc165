import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RunOutcome, Schedule } from '@daybook/core';
import type { DueRun, Schedules } from '../../src/index.ts';
import { startSchedules } from '../../src/index.ts';
import { emptyFolder } from '../running.ts';
import type { VirtualClock } from './virtual-clock.ts';
import { virtualClock } from './virtual-clock.ts';

/** What the scheduler knows of a run; it outlives the process that submitted it. */
export interface KnownRun {
  readonly run: string;
  /** What the clock showed when it was submitted first. */
  readonly submittedMs: number;
  /** When it ends, in the time that has passed. */
  readonly endsMs: number;
  readonly outcome: RunOutcome;
  /** `again` of each submission. */
  readonly submissions: boolean[];
}

export interface LogLine extends Readonly<Record<string, unknown>> {
  readonly event: string;
  /** How much time had passed. */
  readonly ranMs: number;
}

/** One process that watches schedules. */
export interface Life {
  readonly schedules: Schedules;
  /** Ends it as SIGKILL does: nothing that it has begun goes on. */
  kill(): void;
}

/** Virtual time, a real state folder, and a scheduler whose runs go on while no process is there. */
export interface World {
  readonly clock: VirtualClock;
  readonly runs: ReadonlyMap<string, KnownRun>;
  readonly lines: LogLine[];
  /** How many places a process could have been killed at so far. */
  points(): number;
  /** How a run goes: how long it takes and how it ends. Default: ten minutes, `ok`. */
  goes: (run: string) => { readonly minutes: number; readonly outcome?: RunOutcome };
  /** Throws what a call of `start` is to throw. Default: nothing. */
  fails: (due: DueRun) => void;
  /** Throws what a call of `start` is to throw when the run was submitted. Default: nothing. */
  loses: (due: DueRun) => void;
  /** Throws what a call of `runOf` is to throw. Default: nothing. */
  unknowable: () => void;
  /** How long `runOf` and `start` take before they know or submit anything. Default: no time. */
  takesMs: () => number;
  /** What must not be: two calls of `start` for one schedule at once, a run beside another, one that had ended and is started. */
  readonly faults: string[];
  /** The state folder as the last process left it. */
  state(): string;
  begin(schedules: readonly Schedule[], options?: BeginOptions): Life;
  /** The ids of the runs, in the order of their submission. */
  submitted(): readonly string[];
  /** What was told of this kind, as the due times. */
  dues(event: string): readonly unknown[];
}

export interface BeginOptions {
  readonly zone?: string;
  /** Kills it at so manieth place; then `killed` is told. */
  readonly killAt?: number;
  readonly killed?: () => void;
}

export function world(shows: string): World {
  const clock = virtualClock(shows);
  const runs = new Map<string, KnownRun>();
  const lines: LogLine[] = [];
  const faults: string[] = [];
  let state = emptyFolder();
  let points = 0;
  const made: World = {
    clock,
    runs,
    lines,
    points: () => points,
    goes: () => ({ minutes: 10 }),
    fails: () => undefined,
    loses: () => undefined,
    unknowable: () => undefined,
    takesMs: () => 0,
    faults,
    state: () => state,
    submitted: () => [...runs.keys()],
    dues: (event) => lines.filter((line) => line.event === event).map((line) => line['due']),
    begin(schedules, { zone, killAt, killed } = {}) {
      let alive = true;
      const kill = (): void => {
        if (!alive) return;
        alive = false;
        // What a dead process would still write goes to a folder that nobody reads.
        const left = join(state, 'schedules.json');
        state = emptyFolder();
        if (existsSync(left)) copyFileSync(left, join(state, 'schedules.json'));
      };
      /** A place at which it may be killed; whether it lives on. */
      const point = (): boolean => {
        if (!alive) return false;
        points += 1;
        if (points === killAt) {
          kill();
          // In a time of its own, as whoever starts it again would.
          clock.timer(0, () => killed?.());
        }
        return alive;
      };
      /** Waits, and goes on only in a process that lives. */
      const waited = (act: (done: () => void) => void, signal?: AbortSignal): Promise<void> =>
        new Promise((resolve, reject) => {
          signal?.addEventListener('abort', () => reject(new Error('It was stopped.')));
          act(() => void (point() && resolve()));
        });
      const [started, begun] = [new Set<string>(), new Set<string>()];
      const submitted = async (due: DueRun): Promise<{ readonly outcome: RunOutcome }> => {
        const { run, again, signal } = due;
        await waited((done) => clock.timer(made.takesMs(), done), signal);
        made.fails(due);
        const known = runs.get(run) ?? submit(run);
        known.submissions.push(again);
        made.loses(due);
        await waited((done) => done(), signal);
        await waited((done) => clock.timer(known.endsMs - clock.ranMs(), done), signal);
        return { outcome: known.outcome };
      };
      const options = {
        schedules,
        ...(zone === undefined ? {} : { zone }),
        state,
        nowMs: clock.nowMs,
        random: () => 0.5,
        timer: (waitMs: number, act: () => void) => {
          point();
          return clock.timer(waitMs, () => void (alive && act()));
        },
        log: {
          to: {
            write(line: string) {
              if (point()) lines.push({ ...(JSON.parse(line) as LogLine), ranMs: clock.ranMs() });
            },
          },
        },
        async runOf(run: string) {
          await waited((done) => clock.timer(made.takesMs(), done));
          made.unknowable();
          const known = runs.get(run);
          await waited((done) => done());
          if (known === undefined) return undefined;
          return known.endsMs <= clock.ranMs() ? { outcome: known.outcome } : {};
        },
        async start(due: DueRun) {
          const { name } = due.schedule;
          const endsMs = runs.get(due.run)?.endsMs ?? Infinity;
          if (endsMs <= clock.ranMs() && !begun.has(due.run))
            faults.push(`${due.run} is started though it had ended before this process asked`);
          begun.add(due.run);
          if (started.has(name)) faults.push(`${due.run} is started while another start goes on`);
          started.add(name);
          try {
            return await submitted(due);
          } finally {
            started.delete(name);
          }
        },
      };
      return { schedules: startSchedules(options), kill };
    },
  };
  const submit = (run: string): KnownRun => {
    const { minutes, outcome = 'ok' } = made.goes(run);
    for (const each of runs.values())
      if (nameIn(each.run) === nameIn(run) && each.endsMs > clock.ranMs())
        faults.push(`${run} is submitted while ${each.run} is open`);
    const known = {
      run,
      submittedMs: clock.nowMs(),
      endsMs: clock.ranMs() + minutes * 60_000,
      outcome,
      submissions: [],
    };
    runs.set(run, known);
    return known;
  };
  return made;
}

function nameIn(run: string): string {
  return run.slice(run.indexOf('-') + 1);
}

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;
