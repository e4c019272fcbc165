import type { AttemptEnd } from './attempt.ts';
import { withRunners } from './close-runners.ts';
import { codeDigests } from './code-digest.ts';
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
  const {
    config,
    configPath,
    told,
    progress = () => undefined,
    nowMs = Date.now,
    beatMs = 20_000,
    ...others
  } = options;
  const codeDigest = codeDigests();
  const hours = clusterHours(nowMs);
  watchRunners(config.runners, (event) => {
    hours.happened(event);
    told?.(event);
  });
  await withRunners(config.runners, async () => {
    await work({
      ...others,
      project: projectOf(config),
      runners: config.runners,
      beatMs,
      restMs,
      stays: true,
      clusterHours: hours.soFar,
      node: taskNodes(config.definitions),
      codeDigest: ({ task }) => codeDigest(task.definition),
      context: {
        target: config.targets,
        store: manifestStore(config.targets, manifestsKept),
        ...(configPath === undefined ? {} : { configPath }),
        nowMs,
        progress,
      },
    });
  });
}
