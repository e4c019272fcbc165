import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Scheduler, SchedulerEvent } from '@daybook/core';

/** What the scheduler does not know by itself. Each is asked at every scrape; one that throws is left out. */
export interface MetricHooks {
  /** How late the reports of the day are, in seconds, by the name of the report. */
  readonly latenessSeconds?: () => Readonly<Record<string, number>>;
}

export interface Metrics {
  /** An attempt or a run began or ended. */
  happened(event: SchedulerEvent): void;
  /** A request of this kind was answered after so long. */
  answered(kind: string, seconds: number): void;
  /** Looks at the scheduler as it is now; what it learns is told by `text`. */
  look(scheduler: Scheduler, nowMs: number): void;
  journalWorks(works: boolean): void;
  /** The workers that the journal knew at the start: what they tell first is what was counted before it, and no increase. */
  workersBefore(names: readonly string[]): void;
  /** A worker told how long its clusters have lived since it began, in hours, by runner. */
  clustersLived(worker: string, soFar: Readonly<Record<string, number>>): void;
  text(): Promise<{ readonly type: string; readonly body: string }>;
}

const workersKnown = 10_000;
const durationBuckets = [1, 5, 15, 60, 300, 900, 3600, 14_400];
const answerBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

/** The figures of one server, in a registry of its own. */
export function metrics(hooks: MetricHooks): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const tasks = new Gauge({
    name: 'daybook_tasks',
    help: 'Tasks by state: pending, ready, backing-off, running, or how they ended.',
    labelNames: ['state'],
    registers,
  });
  const attempts = new Counter({
    name: 'daybook_attempts_total',
    help: 'Attempts that ended, by outcome and name of the task.',
    labelNames: ['outcome', 'task'],
    registers,
  });
  const durations = new Histogram({
    name: 'daybook_attempt_duration_seconds',
    help: 'How long attempts took, by name of the task.',
    labelNames: ['task'],
    buckets: durationBuckets,
    registers,
  });
  const runs = new Counter({
    name: 'daybook_runs_total',
    help: 'Runs that ended, by outcome.',
    labelNames: ['outcome'],
    registers,
  });
  // The first of its kind is an increase only over a 0 that was told before.
  for (const outcome of ['ok', 'blocked', 'failed', 'waiting', 'cancelled'] as const)
    runs.inc({ outcome }, 0);
  const queueAge = new Gauge({
    name: 'daybook_queue_age_seconds',
    help: 'How long the task that has waited longest has been ready and not paused, as far as scrapes have seen it.',
    registers,
  });
  const workers = new Gauge({
    name: 'daybook_workers',
    help: 'Workers that were seen in the last minute.',
    registers,
  });
  const ahead = new Gauge({
    name: 'daybook_tasks_ahead',
    help: 'Tasks that can still run, by runner.',
    labelNames: ['runner'],
    registers,
  });
  const answers = new Histogram({
    name: 'daybook_request_duration_seconds',
    help: 'How long requests took until their answer was durable, by kind.',
    labelNames: ['kind'],
    buckets: answerBuckets,
    registers,
  });
  const journal = new Gauge({
    name: 'daybook_journal_works',
    help: '1 while the journal can be written, else 0.',
    registers,
  });
  journal.set(1);
  const lateness = new Gauge({
    name: 'daybook_report_lateness_seconds',
    help: 'How late the reports of the day are, by report.',
    labelNames: ['report'],
    registers,
  });
  const hours = new Counter({
    name: 'daybook_cluster_hours_total',
    help: 'Hours that clusters of workers have lived, by runner, as the workers tell with their beats.',
    labelNames: ['runner'],
    registers,
  });
  /** What each worker told last, those heard of last at the end. */
  const lived = new Map<string, number>();
  const before = new Set<string>();
  let readySince = new Map<number, number>();
  return {
    happened(event) {
      if (event.kind === 'run-ended') runs.inc({ outcome: event.run.outcome ?? 'ok' });
      if (event.kind !== 'attempt-ended') return;
      attempts.inc({ outcome: event.end.kind, task: event.name });
      durations.observe({ task: event.name }, event.durationMs / 1000);
    },
    answered: (kind, seconds) => answers.observe({ kind }, seconds),
    look(scheduler, nowMs) {
      tasks.reset();
      const ready = new Map<number, number>();
      for (const { name, state, end, change, wrapper } of scheduler.tasks()) {
        if (wrapper) continue;
        tasks.inc({ state: state === 'ended' ? (end?.kind ?? 'fresh') : state });
        if (state === 'ready' && !scheduler.isPaused(name))
          ready.set(change, readySince.get(change) ?? nowMs);
      }
      readySince = ready;
      const oldestMs = [...ready.values()].reduce((least, each) => Math.min(least, each), nowMs);
      queueAge.set((nowMs - oldestMs) / 1000);
      workers.set([...scheduler.workers()].filter(({ seenMs }) => nowMs - seenMs < 60_000).length);
      ahead.reset();
      for (const each of scheduler.ahead())
        ahead.inc({ runner: each.runner }, each.ready + each.running + each.waiting);
    },
    workersBefore: (names) => names.forEach((name) => before.add(name)),
    clustersLived(worker, soFar) {
      const counted = before.delete(worker);
      for (const [runner, total] of Object.entries(soFar)) {
        const key = JSON.stringify([worker, runner]);
        const more = total - (lived.get(key) ?? (counted ? total : 0));
        hours.inc({ runner }, Math.max(0, more));
        lived.delete(key);
        lived.set(key, total);
        const [oldest] = lived.keys();
        if (lived.size > workersKnown && oldest !== undefined) lived.delete(oldest);
      }
    },
    journalWorks: (works) => journal.set(works ? 1 : 0),
    async text() {
      fill(lateness, 'report', hooks.latenessSeconds);
      return { type: registry.contentType, body: await registry.metrics() };
    },
  };
}

function fill<L extends string>(
  gauge: Gauge<L>,
  label: L,
  hook: (() => Readonly<Record<string, number>>) | undefined,
): void {
  gauge.reset();
  try {
    for (const [name, value] of Object.entries(hook?.() ?? {}))
      gauge.set({ [label]: name } as Partial<Record<L, string>>, value);
  } catch {
    // A figure that cannot be had is not there: an alarm on its absence says so.
  }
}
