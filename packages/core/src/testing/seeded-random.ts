import { assert } from '../assert.ts';

/** Numbers that look random and depend on the seed alone. */
export interface SeededRandom {
  /** In [0, 1). */
  fraction(): number;
  /** A whole number from 0 to `below` - 1. */
  below(below: number): number;
  /** True about once in `times`. */
  oneIn(times: number): boolean;
  /** One of `items`, which are not empty. */
  pick<T>(items: readonly T[]): T;
  /** The same items in another order. */
  shuffled<T>(items: readonly T[]): readonly T[];
  /** `digits` hex digits. */
  hex(digits: number): string;
}

/**
 * A source of random choices by `seed`: the same seed gives the same choices on every machine (mulberry32). For tests and
 * simulations; never for what must not be guessed.
 */
export function seededRandom(seed: number): SeededRandom {
  let state = seed | 0;
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const random: SeededRandom = {
    fraction,
    below: (below) => Math.floor(fraction() * below),
    oneIn: (times) => random.below(times) === 0,
    pick: (items) => {
      assert(items.length > 0, 'One of no items was asked for.');
      return items[random.below(items.length)] as (typeof items)[number];
    },
    shuffled: (items) => {
      const rest = [...items];
      return items.map(() => rest.splice(random.below(rest.length), 1)[0] as (typeof items)[number]);
    },
    hex: (digits) => Array.from({ length: digits }, () => random.below(16).toString(16)).join(''),
  };
  return random;
}
