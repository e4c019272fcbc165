/** A cluster as EMR tells of it. Times are in milliseconds since 1970, here and below. */
export interface ClusterView {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  /** Why it is in its state: a code of EMR's, finer where EMR gives one, and a sentence. */
  readonly code?: string;
  readonly message?: string;
  /** With a slash at its end. */
  readonly logUri?: string;
  readonly createdMs: number;
  /** When it was ready for steps; undefined where it never was. */
  readonly readyMs?: number;
}

export interface StepView {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly reason?: string;
  readonly failure?: { readonly reason?: string; readonly message?: string; readonly logFile?: string };
  readonly createdMs: number;
  readonly startedMs?: number;
  readonly endedMs?: number;
}

/** One machine of a cluster, for as long as it was or is there. */
export interface InstanceView {
  readonly type: string;
  readonly spot: boolean;
  readonly createdMs: number;
  readonly endedMs?: number;
}

/** The states of a cluster that costs something and takes steps. */
export const livingStates = ['STARTING', 'BOOTSTRAPPING', 'RUNNING', 'WAITING'] as const;

/** The states of a step that is not over. */
export const activeStates: readonly string[] = ['PENDING', 'CANCEL_PENDING', 'RUNNING'];

/** Whether a cluster is over. */
export function isOver({ state }: Pick<ClusterView, 'state'>): boolean {
  return state === 'TERMINATED' || state === 'TERMINATED_WITH_ERRORS';
}

/** Whether a cluster is over or about to be: no step that is added runs, and nothing of it costs any more. */
export function isEnding(cluster: Pick<ClusterView, 'state'>): boolean {
  return cluster.state === 'TERMINATING' || isOver(cluster);
}
