import type { SeededRandom } from '@daybook/core/testing';
import type { Fault } from '../../../../packages/target-s3/test/fault-proxy.ts';
import { faultProxy } from '../../../../packages/target-s3/test/fault-proxy.ts';

/** A network between the scheduler and all others that loses requests and answers. */
export interface BadNetwork {
  readonly url: string;
  requests(): number;
  /** How many answers the scheduler gave and nobody got. */
  lostAnswers(): number;
  /** Calls `act` once, in the moment in which the scheduler has given an answer that will arrive. */
  atNextAnswer(act: () => void): void;
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
  let waiting: (() => void)[] = [];
  const answered = (): void => {
    const acts = waiting;
    waiting = [];
    for (const act of acts) act();
  };
  const proxy = await faultProxy(schedulerUrl, ({ method }) => {
    // What is asked with GET changes nothing.
    if (waiting.length > 0 && method === 'POST') return { kind: 'watch', answered };
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
    atNextAnswer: (act) => void waiting.push(act),
    cut: proxy.cut,
    calm: () => (calm = true),
    close: proxy.close,
  };
}
