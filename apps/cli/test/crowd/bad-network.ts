import type { SeededRandom } from '@daybook/core/testing';
import type { Fault } from '../../../../packages/target-s3/test/fault-proxy.ts';
import { faultProxy } from '../../../../packages/target-s3/test/fault-proxy.ts';

/** A network between the scheduler and all others that loses requests and answers. */
export interface BadNetwork {
  readonly url: string;
  requests(): number;
  /** How many answers the scheduler gave and nobody got. */
  lostAnswers(): number;
  /** Breaks every connection that there is. */
  cut(): void;
  /** From now on it loses nothing. */
  calm(): void;
  close(): Promise<void>;
}

/** About one request in so many meets a fault. */
const times = 5;

/** Faults by seed, before a scheduler that is found anew after each of its deaths. */
export async function badNetwork(schedulerUrl: () => string, random: SeededRandom): Promise<BadNetwork> {
  let calm = false;
  let lostAnswers = 0;
  const proxy = await faultProxy(schedulerUrl, () => {
    if (calm || !random.oneIn(times)) return undefined;
    const fault = random.pick<Fault>([
      { kind: 'lose-answer' },
      { kind: 'lose-answer' },
      { kind: 'cut-body', afterBytes: random.below(200) },
      { kind: 'reset' },
      { kind: 'delay', delayMs: random.below(300) },
      { kind: 'answer', status: 503, code: 'Unavailable' },
    ]);
    if (fault.kind === 'lose-answer' || fault.kind === 'cut-body') lostAnswers += 1;
    return fault;
  });
  return {
    url: proxy.endpoint,
    requests: () => proxy.seen.length,
    lostAnswers: () => lostAnswers,
    cut: proxy.cut,
    calm: () => (calm = true),
    close: proxy.close,
  };
}
