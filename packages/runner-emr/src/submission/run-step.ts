import type { Outcome, RunContext, Work } from '@daybook/core';
import { DaybookError, processTimer } from '@daybook/core';
import type { StepEnd, StepFacts, StepRequest, StepService } from '../cluster/steps.ts';
import type { WaitingWorks } from './waiting-works.ts';

/** A step as it is asked for, with the works that wait for it. */
export interface WorkStep {
  readonly token: string;
  readonly label: string;
  readonly arguments: readonly string[];
  readonly waiting: WaitingWorks;
  /** How long it may run once it does; it is stopped then. */
  readonly limitMs?: number;
  /** Outcomes that are there already, of works that wait. */
  readonly look?: (facts: () => Promise<StepFacts | undefined>) => Promise<void>;
  /** Nobody wants this work any more, and others of the step are wanted. */
  readonly unwanted?: (work: Work) => Promise<void>;
}

/** How a step ended; `over`: it took longer than it may. */
export type WorkStepEnd = StepEnd | { readonly kind: 'over'; readonly facts?: StepFacts };

/** Runs a step for as long as somebody wants one of its works. Throws what `look` throws. */
export async function runStep(steps: StepService, step: WorkStep, context: RunContext): Promise<WorkStepEnd> {
  const stop = new AbortController();
  let stopLimit: (() => void) | undefined;
  let over = false;
  const dropped = (work: Work): void => {
    if (!step.waiting.wanted) stop.abort();
    else void step.unwanted?.(work).catch(() => undefined);
  };
  const listeners = step.waiting.works.map((work) => {
    const listener = (): void => dropped(work);
    work.signal.addEventListener('abort', listener, { once: true });
    return { work, listener };
  });
  if (!step.waiting.wanted) stop.abort();
  const begin = (): void => {
    if (stopLimit !== undefined || step.limitMs === undefined) return;
    stopLimit = processTimer(step.limitMs, () => {
      over = true;
      stop.abort();
    });
  };
  const request: StepRequest = {
    token: step.token,
    label: step.label,
    arguments: step.arguments,
    signal: stop.signal,
    looked: async (state, facts) => {
      if (state === 'running') begin();
      const phase = state === 'running' ? 'on the cluster' : 'waiting for the cluster';
      for (const { attempt } of step.waiting.works) context.progress({ attempt, phase });
      if (state === 'running') await step.look?.(facts);
    },
  };
  try {
    const end = await steps.run(request);
    if (over && end.kind === 'cancelled')
      return { kind: 'over', ...(end.facts === undefined ? {} : { facts: end.facts }) };
    return end;
  } finally {
    stopLimit?.();
    for (const { work, listener } of listeners) work.signal.removeEventListener('abort', listener);
  }
}

/** The end of a step with the cause that its logs have on its first line, where EMR told none. */
export async function explained<E extends WorkStepEnd>(
  steps: StepService,
  end: E,
  stop: AbortSignal,
): Promise<E> {
  if (end.kind !== 'failed' || end.unexplained !== true) return end;
  const cause = await steps.causeOf(end.facts, stop);
  if (cause === undefined) return end;
  return { ...end, why: end.why.replace(/^.*/, () => cause) };
}

/** How a work ended whose step did and that left nothing of its own; `doing` says what the step was to do. */
export function outcomeOfStep(work: Work, end: WorkStepEnd, doing: string): Outcome {
  const { attempt, task, signal } = work;
  if (signal.aborted) return { attempt, kind: 'cancelled' };
  switch (end.kind) {
    case 'completed':
      return {
        attempt,
        kind: 'crashed',
        error: {
          code: 'job-crashed',
          message: `${doing} for ${task.id} ended and left no result.\n${placeOf(end.facts)}`,
        },
      };
    case 'failed':
      return {
        attempt,
        kind: 'crashed',
        error: {
          code: 'job-crashed',
          message: `${doing} for ${task.id} ended by itself: ${end.why}${lookAt(end.facts)}`,
        },
      };
    case 'lost':
      return failed(
        attempt,
        'infrastructure',
        'cluster-failed',
        `${doing} for ${task.id} was lost: ${end.why}${lookAt(end.facts ?? {})}`,
      );
    case 'refused':
      return failed(attempt, 'task', 'cluster-refused', `No cluster could be had for ${task.id}: ${end.why}`);
    case 'over':
      return { attempt, kind: 'timed-out' };
    case 'cancelled':
      return { attempt, kind: 'cancelled' };
  }
}

/** How a work ends by an error that was thrown on the way to its step. */
export function outcomeOfError({ attempt }: Work, error: unknown): Outcome {
  if (!(error instanceof DaybookError)) throw error;
  const { code, message } = error;
  return failed(attempt, code === 'target-failed' ? 'infrastructure' : 'task', code, message);
}

/** Where a step ran, where its logs are, and where a person looks at it. */
export function placeOf(facts: StepFacts, application?: string): string {
  const { cluster, step, logs } = facts;
  const which = application === undefined ? '' : `, application ${application}`;
  return `Step ${step} on cluster ${cluster}${which}.${logs === undefined ? '' : ` Logs: ${logs}`}${lookAt(facts)}`;
}

function lookAt({ tracking }: Partial<StepFacts>): string {
  return tracking === undefined ? '' : `\n${tracking}`;
}

function failed(
  attempt: string,
  fault: 'task' | 'infrastructure',
  code: (Outcome & { readonly kind: 'failed' })['error']['code'],
  message: string,
): Outcome {
  return { attempt, kind: 'failed', fault, error: { code, message } };
}
