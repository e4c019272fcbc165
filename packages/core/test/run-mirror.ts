import { expect } from 'vitest';
import type { Scheduler } from '../src/scheduler/scheduler.ts';
import type { TaskView } from '../src/scheduler/view.ts';
import { outcomeOf } from '../src/scheduler/view.ts';

/** One run as a watcher knows it who asks only for what has changed, held against the run itself. */
export class RunMirror {
  readonly run: string;
  readonly views = new Map<string, TaskView>();
  #change = 0;
  /** How it was when it ended. */
  #atEnd: readonly TaskView[] | undefined;

  constructor(run: string) {
    this.run = run;
  }

  /** It is about to be submitted or tried again. */
  mayChange(): void {
    this.#atEnd = undefined;
  }

  look(scheduler: Scheduler, above: (task: string) => ReadonlySet<string>): void {
    const { run } = this;
    const changed: TaskView[] = [];
    for (const view of scheduler.tasks({ run, changedSince: this.#change })) {
      expect(view.change).toBeGreaterThan(this.#change);
      this.#change = view.change;
      this.views.set(view.task, view);
      changed.push(view);
    }
    const views = scheduler.tasks({ run });
    expectCulprits(changed, views, above);
    expect(sorted([...this.views.values()])).toEqual(sorted(views));
    const view = scheduler.run(run);
    if (view === undefined) throw new Error(`${run} is not kept.`);
    const counts: Record<string, number> = {};
    for (const { state, end, wrapper } of views) {
      if (wrapper) continue;
      const status = state === 'ended' ? (end?.kind ?? 'fresh') : state;
      counts[status] = (counts[status] ?? 0) + 1;
    }
    expect(view.counts).toEqual(counts);
    const ended = views.every(({ state }) => state === 'ended');
    expect(view.endedMs !== undefined, `${run} has ended`).toBe(ended);
    if (!ended) return;
    expect(view.outcome).toBe(outcomeOf(counts));
    // Whatever other runs do, it stays as it ended.
    const standing = views.map((each) => ({ ...each, change: 0 }));
    if (this.#atEnd !== undefined) expect(standing).toEqual(this.#atEnd);
    this.#atEnd = standing;
  }
}

/** What has just ended for one above it names one that had failed then. */
function expectCulprits(
  changed: readonly TaskView[],
  views: readonly TaskView[],
  above: (task: string) => ReadonlySet<string>,
): void {
  const byTask = new Map(views.map((view) => [view.task, view]));
  const isBelow = (task: string, culprit: string): boolean =>
    [...above(task)].some((id) => id === culprit || isBelow(id, culprit));
  for (const { task, end } of changed) {
    expect(end?.kind, task).not.toBe('superseded');
    if (end?.kind !== 'upstream-failed') continue;
    const culprit = byTask.get(end.culprit)?.end?.kind;
    expect(['failed', 'blocked', 'timed-out', 'crashed', 'lost'], `${task}: ${culprit}`).toContain(culprit);
    expect(isBelow(task, end.culprit), `${task} below ${end.culprit}`).toBe(true);
  }
}

function sorted(views: readonly TaskView[]): readonly TaskView[] {
  return views.toSorted((a, b) => (a.task < b.task ? -1 : 1));
}
