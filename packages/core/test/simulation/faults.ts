import type { SeededRandom } from '../../src/testing/index.ts';

/** How often what goes wrong: about once in so many times, never where it is 0. */
export interface FaultRates {
  /** A request that never arrives: its sender is told so after a while. */
  readonly lost: number;
  /** A request that arrives and is done, and whose answer does not come back. */
  readonly unanswered: number;
  /** A request that is done minutes after its sender was told that it was lost. */
  readonly late: number;
  /** A request that is done twice, the second time minutes later. */
  readonly doubled: number;
  /** The end of an actor, at any of its calls, before or after it is done. */
  readonly death: number;
  /** An actor that stands still for a while, longer than a lease at times. */
  readonly pause: number;
  /** A clock that jumps. */
  readonly jump: number;
  /** A job that ends otherwise than well, by no fault of its input. */
  readonly job: number;
}

/** Each seed has its own mixture: some have one kind of fault only, some have many. */
export function faultRates(random: SeededRandom): FaultRates {
  const rate = (...often: readonly number[]): number => (random.oneIn(2) ? 0 : random.pick(often));
  return {
    lost: rate(200, 60, 20),
    unanswered: rate(200, 60, 20, 8),
    late: rate(200, 60, 20, 8),
    doubled: rate(100, 30, 10, 3),
    death: rate(600, 200, 80),
    pause: rate(300, 100, 40, 15),
    jump: rate(300, 100),
    job: rate(20, 8, 4),
  };
}
