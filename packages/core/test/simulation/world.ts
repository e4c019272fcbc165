import { DaybookError } from '../../src/errors.ts';
import type { Runner } from '../../src/runner.ts';
import type { SeededRandom } from '../../src/testing/index.ts';
import { seededRandom } from '../../src/testing/index.ts';
import type { FaultRates } from './faults.ts';
import { faultRates } from './faults.ts';
import { today } from './project.ts';
import type { VirtualTime } from './virtual-time.ts';
import { virtualTime } from './virtual-time.ts';

/** What all of one simulation have in common: its seed's choices, its time, its faults, and what was seen. */
export interface World {
  readonly random: SeededRandom;
  readonly time: VirtualTime;
  readonly rates: FaultRates;
  /** In every second simulation the runner takes several tasks of one name at once. */
  readonly batches: Pick<Runner, 'batchMax' | 'batchWaitMs'>;
  /** Everything that happened, in order, as lines. */
  readonly history: readonly string[];
  readonly violations: readonly string[];
  /** Whether a fault that happens about once in `rate` times happens now; never while the world is calm. */
  happens(kind: keyof FaultRates): boolean;
  /** From now on nothing goes wrong. */
  becomeCalm(): void;
  calm(): boolean;
  /** For how long nothing has gone wrong by now. */
  calmMs(): number;
  note(who: string, what: string): void;
  /** Something that must never be. */
  violate(what: string): void;
}

/** The first moment of every simulation. */
export const startMs = Date.parse(`${today}T06:00:00Z`);

const attemptId = /(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])/g;

export function newWorld(seed: number): World {
  const random = seededRandom(seed);
  const time = virtualTime(startMs);
  const rates = faultRates(random);
  const history: string[] = [];
  const violations: string[] = [];
  const numbers = new Map<string, number>();
  let calm = false;
  let calmSinceMs = Infinity;
  // An attempt's id is no choice of the seed's, so attempts are numbered as they come.
  const numbered = (text: string): string =>
    text.replaceAll(attemptId, (id) => {
      const number = numbers.get(id) ?? numbers.size + 1;
      numbers.set(id, number);
      return `#${number}`;
    });
  const note = (who: string, what: string): void => {
    const seconds = ((time.nowMs() - startMs) / 1000).toFixed(3).padStart(10);
    history.push(`${seconds}  ${who.padEnd(14)} ${numbered(what)}`);
  };
  return {
    random,
    time,
    rates,
    batches: seed % 2 === 0 ? {} : { batchMax: 2 + (seed % 3), batchWaitMs: (seed % 5) * 20_000 },
    history,
    violations,
    happens: (kind) => !calm && rates[kind] > 0 && random.oneIn(rates[kind]),
    becomeCalm() {
      calm = true;
      calmSinceMs = time.nowMs();
      note('world', 'is calm from now on');
    },
    calm: () => calm,
    calmMs: () => Math.max(0, time.nowMs() - calmSinceMs),
    note,
    violate(what) {
      violations.push(numbered(what));
      note('VIOLATION', what);
    },
  };
}

/** What a target or the way to it says when it does not answer. */
export function unreachable(doing: string): DaybookError {
  return new DaybookError('target-failed', `There was no answer to: ${doing}. Run again.`);
}
