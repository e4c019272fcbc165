import type { AttemptEnd } from './attempt.ts';
import { codeDigestOf } from './code-digest.ts';
import type { CheckedConfig } from './config.ts';
import { clusterHours } from './events/cluster-hours.ts';
import type { DaybookEvent } from './events/event.ts';
import { watchRunners } from './events/watch-runners.ts';
import { taskNodes } from './graph.ts';
import { manifestStore } from './manifest-store.ts';
import type { Progress } from './runner.ts';
import type { SchedulerPort } from './scheduler-port.ts';
import type { Lease } from './scheduler/protocol.ts';
import { projectOf } from './submitted-run.ts';
import type { TaskDefinition } from './task.ts';
import type { Timer } from './timer.ts';
import { work } from './worker.ts';

export interface RemoteWorkerOptions {
  readonly config: CheckedConfig;
  /** Imported by child processes; undefined when used as a library. */
  readonly configPath?: string;
  /** One at which a question for work waits for some. */
  readonly scheduler: SchedulerPort;
  /** Sets it apart from every other worker: two of one name take each other's leases for their own. */
  readonly name: string;
  /** How many attempts run at once. */
  readonly slots: number;
  /** When it aborts, nothing more is taken, and what runs goes on to its end. */
  readonly drain?: AbortSignal;
  /** When it aborts, what runs is stopped and given back. */
  readonly signal: AbortSignal;
  /** Default: 20 s. */
  readonly beatMs?: number;
  readonly started?: (lease: Lease) => void;
  readonly progress?: (progress: Progress) => void;
  readonly ended?: (lease: Lease, end: AttemptEnd, retryAtMs: number | undefined) => void;
  /** The lease was lost: whatever came of the attempt does not count, unless it has published already. */
  readonly abandoned?: (lease: Lease) => void;
  /** The scheduler gave no answer; it is asked again. */
  readonly unanswered?: (error: unknown) => void;
  /** Is told what the runners tell of their clusters. */
  readonly told?: (event: DaybookEvent) => void;
  /** Default: the clock. */
  readonly nowMs?: () => number;
  /** Default: the timers of the process. */
  readonly timer?: Timer;
}

/** The scheduler lets a question for work wait. */
const restMs = 250;

/** So many manifests are kept by a worker that lives for months. */
const manifestsKept = 20_000;

/** Does the work of a scheduler that others use too, until it is told to go. Closes the runners at its end. */
export async function workForScheduler(options: RemoteWorkerOptions): Promise<void> {
  const { config, configPath, drain, timer, nowMs = Date.now, progress = () => undefined } = options;
  const hours = clusterHours(nowMs);
  watchRunners(config.runners, (event) => {
    hours.happened(event);
    options.told?.(event);
  });
  const digests = new Map<TaskDefinition, string>();
  try {
    await work({
      name: options.name,
      slots: options.slots,
      scheduler: options.scheduler,
      project: projectOf(config),
      runners: config.runners,
      beatMs: options.beatMs ?? 20_000,
      restMs,
      stays: true,
      clusterHours: hours.soFar,
      signal: options.signal,
      ...(drain === undefined ? {} : { drain }),
      ...(timer === undefined ? {} : { timer }),
      node: taskNodes(config.definitions),
      codeDigest: ({ task: { definition } }) => {
        const known = digests.get(definition) ?? codeDigestOf(definition);
        digests.set(definition, known);
        return known;
      },
      context: {
        target: config.targets,
        store: manifestStore(config.targets, manifestsKept),
        ...(configPath === undefined ? {} : { configPath }),
        nowMs,
        progress,
      },
      ...toldOf(options),
    });
  } finally {
    for (const runner of config.runners) await runner.close?.();
  }
}

function toldOf({
  started,
  ended,
  abandoned,
  unanswered,
}: RemoteWorkerOptions): Partial<RemoteWorkerOptions> {
  return {
    ...(started === undefined ? {} : { started }),
    ...(ended === undefined ? {} : { ended }),
    ...(abandoned === undefined ? {} : { abandoned }),
    ...(unanswered === undefined ? {} : { unanswered }),
  };
}
