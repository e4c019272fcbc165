import { badRequest, invalid } from '../service-error.ts';
import { end, endStep, idleReason, settle } from '../service/life.ts';
import { isActive, isRunning, type Fate, type Step } from '../service/records.ts';
import type { StepConfig } from '../service/requests.ts';
import type { World } from '../service/world.ts';
import { clusterOf, jobFlowOf, mustBeModifiable } from './find.ts';
import { isNamed, pageOf } from './page.ts';
import { stepDetail, stepSummary } from './step-view.ts';
import { checkSteps, mostSteps, newStep } from './steps-config.ts';

const mostVisible = 1_000;

export interface AddJobFlowStepsInput {
  readonly JobFlowId: string;
  readonly Steps: readonly StepConfig[];
  readonly ExecutionRoleArn?: string;
}

/** Adds steps behind those that a cluster has. */
export function addJobFlowSteps(world: World, input: AddJobFlowStepsInput, nowMs: number, fate: Fate) {
  const cluster = jobFlowOf(world, input.JobFlowId);
  mustBeModifiable(cluster);
  const { stepConcurrency, steps } = cluster;
  checkSteps(input.Steps, stepConcurrency, steps.filter(isActive).length);
  const added = input.Steps.map((config) =>
    newStep(world, config, stepConcurrency, input.ExecutionRoleArn, nowMs),
  );
  steps.push(...added);
  if (fate.endsAsIdle === true) end(world, cluster, idleReason, nowMs);
  else settle(world, cluster, nowMs);
  return { StepIds: added.map(({ id }) => id) };
}

export interface ListStepsInput {
  readonly ClusterId: string;
  readonly StepStates?: readonly string[];
  readonly StepIds?: readonly string[];
  readonly Marker?: string;
}

/** The newest step first, at most the last 1,000; by identifier in the order asked for. */
export function listSteps(
  world: World,
  { ClusterId, StepStates = [], StepIds = [], Marker }: ListStepsInput,
) {
  const cluster = clusterOf(world, ClusterId);
  if (StepStates.length > 0 && StepIds.length > 0) {
    throw badRequest('Cannot specify both StepIds and StepStates.');
  }
  if (StepIds.length > 10) throw badRequest('Cannot specify more than 10 StepIds.');
  const visible = new Set(cluster.steps.slice(-mostVisible));
  const all =
    StepIds.length === 0 ? cluster.steps.toReversed() : StepIds.map((id) => stepOf([...visible], id));
  const { page, next } = pageOf(
    all,
    Marker,
    ({ id }) => id,
    (step) => visible.has(step) && isNamed(StepStates, step.state),
  );
  return { Steps: page.map((step) => stepSummary(step)), ...next };
}

/** One step. */
export function describeStep(world: World, input: { readonly ClusterId: string; readonly StepId: string }) {
  const cluster = clusterOf(world, input.ClusterId);
  return { Step: stepDetail(stepOf(cluster.steps, input.StepId)) };
}

export interface CancelStepsInput {
  readonly ClusterId: string;
  readonly StepIds: readonly string[];
  readonly StepCancellationOption?: 'SEND_INTERRUPT' | 'TERMINATE_PROCESS';
}

/**
 * Cancels what is pending at once. What runs is told to end, by SIGTERM (which it may ignore) or SIGKILL, and is
 * `CANCEL_PENDING` until it has.
 */
export function cancelSteps(world: World, input: CancelStepsInput, nowMs: number) {
  const cluster = clusterOf(world, input.ClusterId);
  const { StepIds, StepCancellationOption = 'SEND_INTERRUPT' } = input;
  if (StepIds.length === 0) throw invalid('The StepIds list cannot be empty.');
  if (StepIds.length > mostSteps) throw invalid(`A maximum of ${mostSteps} steps can be cancelled at once.`);
  const CancelStepsInfoList = StepIds.map((id) => {
    const step = cluster.steps.find((each) => each.id === id);
    const refusal = refusalOf(id, step);
    if (refusal !== undefined || step === undefined) return { StepId: id, Status: 'FAILED', Reason: refusal };
    if (step.state === 'PENDING') {
      endStep(step, 'CANCELLED', nowMs);
    } else {
      step.state = 'CANCEL_PENDING';
      const kind = StepCancellationOption === 'SEND_INTERRUPT' ? 'interrupt-step' : 'kill-step';
      world.effects.push({ kind, step });
    }
    return { StepId: id, Status: 'SUBMITTED' };
  });
  const last = cluster.steps.findLast(({ endedMs }) => endedMs === nowMs);
  settle(world, cluster, nowMs, last);
  return { CancelStepsInfoList };
}

function refusalOf(id: string, step: Step | undefined): string | undefined {
  if (step === undefined) return `Step id '${id}' is not valid.`;
  if (step.state === 'PENDING' || isRunning(step.state)) return undefined;
  return `Step ${id} is in state ${step.state} and cannot be cancelled.`;
}

function stepOf(steps: readonly Step[], id: string): Step {
  const step = steps.find((each) => each.id === id);
  if (step === undefined) throw badRequest(`Step id '${id}' is not valid.`);
  return step;
}
