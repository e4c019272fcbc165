import type { Cost, Outcome, Work } from '@daybook/core';

/** The works of one step that have no outcome yet, and what the step has cost for which none has been told. */
export class WaitingWorks {
  readonly #open: Map<string, Work>;
  readonly #tell: (outcome: Outcome) => void;
  #toldUsd = 0;

  constructor(works: readonly Work[], tell: (outcome: Outcome) => void) {
    this.#open = new Map(works.map((work) => [work.attempt, work]));
    this.#tell = tell;
  }

  get works(): readonly Work[] {
    return [...this.#open.values()];
  }

  /** Whether somebody wants one of them. */
  get wanted(): boolean {
    return this.works.some(({ signal }) => !signal.aborted);
  }

  /**
   * These have ended. What the step has cost by now, `costUsd`, and no outcome has been told with, is divided among them, so
   * that all costs together are that of the step.
   */
  settle(outcomes: readonly Outcome[], costUsd: string | undefined): void {
    if (outcomes.length === 0) return;
    const soFar = costUsd === undefined ? undefined : Number(costUsd);
    const share = soFar === undefined ? undefined : Math.max(0, soFar - this.#toldUsd) / outcomes.length;
    this.#toldUsd = Math.max(this.#toldUsd, soFar ?? 0);
    for (const outcome of outcomes) {
      this.#open.delete(outcome.attempt);
      this.#tell(share === undefined ? outcome : { ...outcome, cost: estimated(share) });
    }
  }
}

function estimated(usd: number): Cost {
  return { amount: usd.toFixed(6), currency: 'USD', estimate: true };
}
