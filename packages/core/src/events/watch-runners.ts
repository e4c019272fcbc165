import type { Runner, RunnerEvent } from '../runner.ts';
import type { DaybookEvent } from './event.ts';
import { timeText } from './translate.ts';

/** From now on tells what the runners tell of themselves. Who was told by them before is told no more. */
export function watchRunners(runners: readonly Runner[], told: (event: DaybookEvent) => void): void {
  for (const runner of runners) runner.watch?.((event) => told(runnerEvent(runner.name, event)));
}

function runnerEvent(runner: string, event: RunnerEvent): DaybookEvent {
  const { cluster, sinceMs } = event;
  const since = timeText(sinceMs);
  if (event.kind === 'cluster-created') return { kind: 'clusterCreated', at: since, runner, cluster };
  const { untilMs, cost } = event;
  const durationMs = untilMs - sinceMs;
  return {
    kind: 'clusterEnded',
    at: timeText(untilMs),
    runner,
    cluster,
    since,
    durationMs,
    ...(cost === undefined ? {} : { cost }),
  };
}
