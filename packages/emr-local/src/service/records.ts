import type { ActionOnFailure, Role, RunJobFlowInput, StepConfig } from './requests.ts';

export type ClusterState =
  | 'STARTING'
  | 'BOOTSTRAPPING'
  | 'RUNNING'
  | 'WAITING'
  | 'TERMINATING'
  | 'TERMINATED'
  | 'TERMINATED_WITH_ERRORS';

export type StepState =
  | 'PENDING'
  | 'CANCEL_PENDING'
  | 'RUNNING'
  | 'COMPLETED'
  | 'CANCELLED'
  | 'FAILED'
  | 'INTERRUPTED';

/** Why a cluster is in its state. The code comes with the end of a cluster only. */
export interface Reason {
  readonly code?:
    | 'INTERNAL_ERROR'
    | 'INSTANCE_FAILURE'
    | 'BOOTSTRAP_FAILURE'
    | 'USER_REQUEST'
    | 'STEP_FAILURE'
    | 'ALL_STEPS_COMPLETED';
  readonly message: string;
}

/** Why a step failed: `FailureDetails`. */
export interface Failure {
  readonly reason: string;
  readonly message?: string;
  readonly logFile?: string;
}

/** One step. Times are in milliseconds since 1970, here and below. */
export interface Step {
  readonly id: string;
  readonly config: StepConfig;
  readonly actionOnFailure: ActionOnFailure;
  readonly executionRoleArn: string | undefined;
  readonly createdMs: number;
  state: StepState;
  failure?: Failure;
  startedMs?: number;
  endedMs?: number;
}

/** Instances of one role: an instance group, or an instance fleet. */
export interface Group {
  readonly id: string;
  readonly role: Role;
  /** The request's own words. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly instances: Instance[];
}

/** One machine that is not there. Its state follows from its times. */
export interface Instance {
  readonly id: string;
  readonly ec2Id: string;
  readonly number: number;
  readonly market: 'ON_DEMAND' | 'SPOT';
  readonly instanceType: string;
  readonly createdMs: number;
  readonly bootstrapsMs: number;
  readonly readyMs: number;
  endedMs?: number;
  /** Lost, where it did not end with its cluster. */
  lost?: true;
}

/** What a fault has in store for a cluster that a request makes or adds steps to. */
export interface Fate {
  /** The cluster ends for idleness just as it has accepted steps. */
  readonly endsAsIdle?: boolean;
  readonly bootstrapFails?: boolean;
  /** How much longer it starts. */
  readonly slowMs?: number;
  /** What it loses, and how long after it is ready. */
  readonly loss?: Loss & { readonly afterMs: number };
}

/** Instances that go: those bought as spot, or the master and with it the cluster. */
export interface Loss {
  readonly kind: 'spot' | 'master';
  /** Does the cluster end with its spot instances? */
  readonly endsCluster: boolean;
}

/** One cluster. */
export interface Cluster {
  readonly id: string;
  readonly arn: string;
  readonly request: RunJobFlowInput;
  readonly collection: 'INSTANCE_GROUP' | 'INSTANCE_FLEET';
  readonly groups: readonly Group[];
  readonly steps: Step[];
  readonly tags: Map<string, string>;
  readonly createdMs: number;
  readonly bootstrapsMs: number;
  readonly bootstrapFails: boolean;
  state: ClusterState;
  reason: Reason;
  /** When a started cluster is ready; from then on, when it was. */
  readyMs: number;
  /** Is it ready, or was it? */
  wasReady: boolean;
  endsMs?: number;
  endedMs?: number;
  idleSinceMs?: number;
  idleTimeoutMs?: number;
  readonly losses: (Loss & { readonly atMs: number })[];
  managedScaling?: unknown;
  keepAlive: boolean;
  protected: boolean;
  stepConcurrency: number;
  extendedSupport?: boolean;
}

/** Has the cluster begun to end? */
export function isEnding({ state }: Cluster): boolean {
  return state === 'TERMINATING' || hasEnded(state);
}

/** Is it over? */
export function hasEnded(state: ClusterState): boolean {
  return state === 'TERMINATED' || state === 'TERMINATED_WITH_ERRORS';
}

/** Is the step running, about to run or being cancelled? */
export function isActive({ state }: Step): boolean {
  return state === 'PENDING' || isRunning(state);
}

/** Does the step hold a place among those that run at once? */
export function isRunning(state: StepState): boolean {
  return state === 'RUNNING' || state === 'CANCEL_PENDING';
}
