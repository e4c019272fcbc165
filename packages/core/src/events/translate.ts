import type { AttemptEnd } from '../attempt.ts';
import type { ControlResult } from '../control.ts';
import { withoutStack } from '../errors.ts';
import type { AttemptEnded, RunView, SchedulerEvent } from '../scheduler/view.ts';
import type { ControlFailed, DaybookEvent, Restated } from './event.ts';

/** What handlers are told of something that happened in a scheduler at `atMs`, in this order. */
export function eventsOf(event: SchedulerEvent, atMs: number): readonly DaybookEvent[] {
  const at = timeText(atMs);
  switch (event.kind) {
    case 'run-started':
      return [{ kind: 'runStarted', at, ...runFacts(event.run) }];
    case 'run-ended': {
      const { submittedMs, endedMs = atMs, outcome = 'ok' } = event.run;
      const durationMs = endedMs - submittedMs;
      return [{ kind: 'runEnded', at: timeText(endedMs), ...runFacts(event.run), outcome, durationMs }];
    }
    case 'attempt-started': {
      const { kind: _, ...facts } = event;
      return [{ kind: 'attemptStarted', at, ...facts }];
    }
    case 'attempt-ended': {
      const { kind: _, end, retryAtMs, ...facts } = event;
      const retryAt = retryAtMs === undefined ? {} : { retryAt: timeText(retryAtMs) };
      const ended = { kind: 'attemptEnded', at, ...facts, end: endForHandlers(end), ...retryAt } as const;
      return [ended, ...restated(event, at), ...controlFailed(event, at)];
    }
    case 'dependency-missing':
      return [{ ...event, kind: 'dependencyMissing', at }];
  }
}

/** ISO 8601 in UTC with milliseconds. */
export function timeText(atMs: number): string {
  return new Date(atMs).toISOString();
}

function runFacts({ run, today, command, project, counts }: RunView) {
  return {
    run,
    today,
    ...(command === undefined ? {} : { command }),
    ...(project === undefined ? {} : { target: project.target }),
    counts,
  };
}

function restated({ run, task, name, attempt, end }: AttemptEnded, at: string): readonly Restated[] {
  if (end.kind !== 'published' || end.version === 1) return [];
  const { version, reason, rows } = end;
  return [{ kind: 'restated', at, run, task, name, attempt, version, reason, rows }];
}

function controlFailed(
  { run, task, name, attempt, end }: AttemptEnded,
  at: string,
): readonly ControlFailed[] {
  if (end.kind !== 'blocked') return [];
  const failed = end.controls.filter(({ held }) => !held);
  const controls = failed.map(({ name, figures, remedy }) => ({
    name,
    figures,
    ...(remedy === undefined ? {} : { remedy }),
  }));
  return [{ kind: 'controlFailed', at, run, task, name, attempt, controls }];
}

/** Handlers send what they are told elsewhere: rows of the data stay here. */
function endForHandlers(end: AttemptEnd): AttemptEnd {
  if (end.kind === 'blocked') return { ...end, controls: end.controls.map(withoutOffenders) };
  if (end.kind === 'failed' || end.kind === 'crashed') return { ...end, error: withoutStack(end.error) };
  return end;
}

function withoutOffenders(control: ControlResult): ControlResult {
  const { offenders: _, ...rest } = control;
  return rest;
}
