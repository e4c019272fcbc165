import type { RunnerEvent } from '@daybook/core';
import { costText, instancesCost } from './cost.ts';
import { pricesIn } from './prices.ts';
import type { Reaped } from './reap.ts';
import type { Setting } from './setting.ts';
import { instancesOf } from './step-facts.ts';

/** Tells who watches what becomes of clusters. Nothing that is done to a cluster waits for it. */
export class ClusterNews {
  readonly #setting: Setting;
  readonly #telling = new Set<Promise<void>>();
  /** Those that were told of, by EMR's id: a cluster ends once. */
  readonly #over = new Set<string>();
  #told: ((event: RunnerEvent) => void) | undefined;

  constructor(setting: Setting) {
    this.#setting = setting;
  }

  watch(told: (event: RunnerEvent) => void): void {
    this.#told = told;
  }

  created(cluster: string, sinceMs: number): void {
    this.#told?.({ kind: 'cluster-created', cluster, sinceMs });
  }

  /** A cluster is known to be ending, by now. Its cost is asked for meanwhile. */
  ended(cluster: string, sinceMs: number): void {
    if (this.#told === undefined || this.#over.has(cluster)) return;
    this.#over.add(cluster);
    const telling = this.#tellEnded(cluster, sinceMs).finally(() => this.#telling.delete(telling));
    this.#telling.add(telling);
  }

  reaped({ ended }: Reaped): void {
    for (const { id, createdMs } of ended) this.ended(id, createdMs);
  }

  /** Resolves when all that is known has been told. */
  async settled(): Promise<void> {
    await Promise.all(this.#telling);
  }

  async #tellEnded(cluster: string, sinceMs: number): Promise<void> {
    const untilMs = this.#setting.here.nowMs();
    // Whatever goes wrong with the cost, the end is told.
    const costUsd = await this.#costUsd(cluster, untilMs).catch(() => undefined);
    const cost =
      costUsd === undefined ? {} : { cost: { amount: costText(costUsd), currency: 'USD', estimate: true } };
    this.#told?.({ kind: 'cluster-ended', cluster, sinceMs, untilMs, ...cost });
  }

  async #costUsd(cluster: string, untilMs: number): Promise<number | undefined> {
    const { emr, options } = this.#setting;
    const instances = await instancesOf(this.#setting, cluster);
    if (instances === undefined || instances.length === 0) return undefined;
    return instancesCost(instances, pricesIn(await emr.region(), options.prices), untilMs);
  }
}
