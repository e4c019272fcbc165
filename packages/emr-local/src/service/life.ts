import {
  isActive,
  isEnding,
  isRunning,
  type Cluster,
  type Failure,
  type Reason,
  type Step,
} from './records.ts';
import type { World } from './world.ts';

/** Bootstrap actions begin. */
export function bootstrap(cluster: Cluster): void {
  cluster.state = 'BOOTSTRAPPING';
  cluster.reason = { message: 'Running bootstrap actions' };
}

/** Bootstrap actions are over, well or not. */
export function becomeReady(world: World, cluster: Cluster, nowMs: number): void {
  if (cluster.bootstrapFails) {
    const master = cluster.groups.find(({ role }) => role === 'MASTER')?.instances[0];
    const where = `On the master instance (${master?.ec2Id})`;
    const message = `${where}, bootstrap action 1 returned a non-zero return code`;
    end(world, cluster, { code: 'BOOTSTRAP_FAILURE', message }, nowMs);
    return;
  }
  cluster.wasReady = true;
  cluster.readyMs = nowMs;
  settle(world, cluster, nowMs);
}

/** Starts what may start, and waits or ends where nothing is left to do. `last` is the step that has just ended. */
export function settle(world: World, cluster: Cluster, nowMs: number, last?: Step): void {
  if (!cluster.wasReady || isEnding(cluster)) return;
  startPending(world, cluster, nowMs);
  if (cluster.steps.some(isActive)) {
    if (cluster.state !== 'RUNNING') cluster.reason = { message: 'Running step' };
    cluster.state = 'RUNNING';
    delete cluster.idleSinceMs;
  } else if (cluster.keepAlive) {
    wait(cluster, nowMs, last);
  } else {
    end(world, cluster, allDone(cluster), nowMs);
  }
}

/** The enumeration of reasons has none for idleness; which one the service gives is not documented. */
export const idleReason: Reason = {
  code: 'ALL_STEPS_COMPLETED',
  message: 'Terminated by the auto-termination policy',
};

/** Begins the end of a cluster: what runs is interrupted and killed, what waits is cancelled. */
export function end(world: World, cluster: Cluster, reason: Reason, nowMs: number): void {
  if (isEnding(cluster)) return;
  cluster.state = 'TERMINATING';
  cluster.reason = reason;
  cluster.endsMs = nowMs + world.delays.stopMs;
  interruptSteps(world, cluster, nowMs);
  for (const step of cluster.steps) if (step.state === 'PENDING') endStep(step, 'CANCELLED', nowMs);
}

/** The cluster is over, and its instances are gone. */
export function finish(cluster: Cluster, nowMs: number): void {
  const { code, message } = cluster.reason;
  const failed = code?.endsWith('_FAILURE') === true || code === 'INTERNAL_ERROR';
  cluster.state = failed && message !== someFailed ? 'TERMINATED_WITH_ERRORS' : 'TERMINATED';
  cluster.endedMs = nowMs;
  for (const { instances } of cluster.groups) for (const instance of instances) instance.endedMs ??= nowMs;
}

/** What runs is interrupted, and its processes are killed. */
export function interruptSteps(world: World, cluster: Cluster, nowMs: number): void {
  for (const step of cluster.steps.filter(({ state }) => isRunning(state))) {
    endStep(step, 'INTERRUPTED', nowMs);
    world.effects.push({ kind: 'kill-step', step });
  }
}

/** What a step that ran has come to, and what follows from it. A step that is not running any more stays as it is. */
export function stepEnded(
  world: World,
  cluster: Cluster,
  step: Step,
  failure: Failure | undefined,
  nowMs: number,
): void {
  if (!isRunning(step.state)) return;
  if (step.state === 'CANCEL_PENDING') {
    endStep(step, 'CANCELLED', nowMs);
  } else if (failure === undefined) {
    endStep(step, 'COMPLETED', nowMs);
  } else {
    endStep(step, 'FAILED', nowMs);
    step.failure = failure;
    actOnFailure(world, cluster, step, nowMs);
  }
  settle(world, cluster, nowMs, step);
}

/** A step is over. */
export function endStep(step: Step, state: Step['state'], nowMs: number): void {
  step.state = state;
  step.endedMs = nowMs;
}

/**
 * With more than one step at a time the documentation promises that neither action is taken. A protected cluster that
 * is kept alive is not ended by a step, and what stands behind the step is cancelled as with `CANCEL_AND_WAIT`.
 */
function actOnFailure(world: World, cluster: Cluster, step: Step, nowMs: number): void {
  if (step.actionOnFailure === 'CONTINUE' || cluster.stepConcurrency > 1) return;
  if (step.actionOnFailure !== 'CANCEL_AND_WAIT' && !(cluster.protected && cluster.keepAlive)) {
    end(world, cluster, { code: 'STEP_FAILURE', message: 'Shut down as step failed' }, nowMs);
    return;
  }
  for (const each of cluster.steps) if (each.state === 'PENDING') endStep(each, 'CANCELLED', nowMs);
}

function startPending(world: World, cluster: Cluster, nowMs: number): void {
  let free = cluster.stepConcurrency - cluster.steps.filter(({ state }) => isRunning(state)).length;
  for (const step of cluster.steps) {
    if (free <= 0) return;
    if (step.state !== 'PENDING') continue;
    step.state = 'RUNNING';
    step.startedMs = nowMs;
    world.effects.push({ kind: 'start-step', cluster, step });
    free -= 1;
  }
}

function wait(cluster: Cluster, nowMs: number, last: Step | undefined): void {
  if (cluster.state !== 'WAITING') cluster.idleSinceMs = nowMs;
  cluster.state = 'WAITING';
  if (last === undefined && cluster.reason.message.startsWith(afterLastStep)) return;
  const message =
    last === undefined ? 'Waiting for steps to run' : `${afterLastStep} ${endings[last.state]}.`;
  cluster.reason = { message };
}

const afterLastStep = 'Cluster ready after last step';
const endings: Readonly<Record<string, string>> = {
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  INTERRUPTED: 'interrupted',
};

const someFailed = 'Steps completed with errors';

function allDone({ steps }: Cluster): Reason {
  return steps.some(({ state }) => state === 'FAILED')
    ? { code: 'STEP_FAILURE', message: someFailed }
    : { code: 'ALL_STEPS_COMPLETED', message: 'Steps completed' };
}
