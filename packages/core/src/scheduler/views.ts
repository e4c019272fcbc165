import type { Book } from './book.ts';
import type { Entry, LeaseEntry } from './entry.ts';
import { viewOf } from './entry.ts';
import type { Lane } from './lane.ts';
import type { ProjectRef } from './protocol.ts';
import type { RunEntry } from './runs.ts';
import type { AheadView, TaskView, WorkerView } from './view.ts';
import type { WorkerEntry } from './workers.ts';

/** The tasks of a run or of all, each as it stands there; those that have changed since, or all. */
export function taskViews(
  book: Book,
  { run: id, changedSince }: { readonly run?: string; readonly changedSince?: number },
): readonly TaskView[] {
  const run = id === undefined ? undefined : book.runs.get(id);
  if (id !== undefined && run === undefined) return [];
  if (changedSince !== undefined) return changedViews(book, run, changedSince);
  if (run === undefined) return Array.from(book, viewOf);
  return Array.from(run.tasks, (entry) => run.kept.get(entry) ?? viewOf(entry));
}

function changedViews(book: Book, run: RunEntry | undefined, change: number): readonly TaskView[] {
  const stands = (entry: Entry): boolean => run === undefined || entry.runs.includes(run);
  const changed = [...book.recent.since(change)].filter(stands).map(viewOf);
  if (run !== undefined && run.keptChange > change)
    for (const view of run.kept.values()) if (view.change > change) changed.push(view);
  return changed.sort((a, b) => a.change - b.change);
}

export function aheadView({ project, runner, counts }: Lane): AheadView {
  const { ready, running } = counts;
  const waiting = counts.pending + counts['backing-off'];
  return { ...projectIn(project), runner, ready, running, waiting };
}

export function workerView(worker: WorkerEntry, held: readonly LeaseEntry[]): WorkerView {
  return {
    name: worker.name,
    ...(worker.project === undefined ? {} : { project: worker.project }),
    runners: worker.runners,
    seenMs: worker.seenMs,
    attempts: held.map(({ lease }) => lease.attempt),
  };
}

const inProcess: ProjectRef = { target: '', digest: '' };

export function projectOf({ project }: Pick<WorkerEntry, 'project'>): ProjectRef {
  return project ?? inProcess;
}

function projectIn({ target, digest }: ProjectRef): { readonly project?: ProjectRef } {
  return target === '' ? {} : { project: { target, digest } };
}
