import { setImmediate as turn } from 'node:timers/promises';
import type { Clock, EmrLocal } from '@daybook/emr-local';
import type { Emr } from '../src/cluster/emr.ts';
import type { Surroundings } from '../src/cluster/surroundings.ts';
import type { Documents } from '../src/documents.ts';

/**
 * Time that stands while anybody is at work, and else goes on to the next moment for which somebody waits. It also stands while a
 * step is being stopped, for that takes a program real time, unless `stubborn` is set.
 */
export interface VirtualTime {
  readonly surroundings: Pick<Surroundings, 'nowMs' | 'random' | 'pause'>;
  countedEmr(emr: Emr): Emr;
  countedDocuments(documents: Documents): Documents;
  /** Do programs ignore what stops them, so that time must not wait for them? */
  stubborn: boolean;
  stop(): void;
}

interface Sleeper {
  readonly atMs: number;
  readonly idle: boolean;
  wake(): void;
}

export function virtualTime(server: EmrLocal, clock: Clock): VirtualTime {
  const sleepers = new Set<Sleeper>();
  let busy = 0;
  let asleep = Promise.withResolvers<void>();
  const stop = new AbortController();
  let seed = 7;
  const counted = async <T>(act: () => Promise<T>): Promise<T> => {
    busy += 1;
    try {
      return await act();
    } finally {
      busy -= 1;
    }
  };
  async function* countedAll<T>(all: AsyncIterable<T>): AsyncIterable<T> {
    const iterator = all[Symbol.asyncIterator]();
    for (;;) {
      const next = await counted(async () => await iterator.next());
      if (next.done === true) return;
      yield next.value;
    }
  }
  const time: VirtualTime = {
    stubborn: false,
    surroundings: {
      nowMs: () => clock.nowMs(),
      random: () => {
        seed = (seed * 48_271) % 2_147_483_647;
        return seed / 2_147_483_647;
      },
      pause: async (ms, signal, idle = false) => {
        if (signal?.aborted === true) return;
        await new Promise<void>((resolve) => {
          const wake = (): void => {
            sleepers.delete(sleeper);
            signal?.removeEventListener('abort', wake);
            resolve();
          };
          const sleeper: Sleeper = { atMs: clock.nowMs() + ms, idle, wake };
          sleepers.add(sleeper);
          if (!idle) asleep.resolve();
          signal?.addEventListener('abort', wake, { once: true });
        });
      },
    },
    countedEmr: (emr) => ({
      runCluster: async (request) => await counted(async () => await emr.runCluster(request)),
      addStep: async (...given) => await counted(async () => await emr.addStep(...given)),
      describe: async (id) => await counted(async () => await emr.describe(id)),
      clusters: (which) => countedAll(emr.clusters(which)),
      steps: (id) => countedAll(emr.steps(id)),
      instances: (id) => countedAll(emr.instances(id)),
      cancel: async (...given) => await counted(async () => await emr.cancel(...given)),
      terminate: async (id) => await counted(async () => await emr.terminate(id)),
      region: async () => await counted(async () => await emr.region()),
      close: () => emr.close(),
    }),
    countedDocuments: (documents) => ({
      read: async (uri) => await counted(async () => await documents.read(uri)),
      write: async (uri, bytes) => await counted(async () => await documents.write(uri, bytes)),
      list: (prefix) => countedAll(documents.list(prefix)),
      remove: async (uri) => await counted(async () => await documents.remove(uri)),
    }),
    stop: () => {
      stop.abort();
      asleep.resolve();
    },
  };
  const isStopping = (): boolean =>
    !time.stubborn &&
    server.state().clusters.some(({ steps }) => steps.some(({ state }) => state === 'CANCEL_PENDING'));
  const drive = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      if (![...sleepers].some(({ idle }) => !idle)) {
        asleep = Promise.withResolvers<void>();
        await asleep.promise;
      }
      await turn();
      await turn();
      if (busy > 0 || ![...sleepers].some(({ idle }) => !idle) || isStopping()) continue;
      const nextMs = Math.min(...[...sleepers].map(({ atMs }) => atMs));
      server.advance(Math.max(0, nextMs - clock.nowMs()) / 1_000);
      for (const sleeper of sleepers) if (sleeper.atMs <= clock.nowMs()) sleeper.wake();
    }
  };
  void drive();
  return time;
}
