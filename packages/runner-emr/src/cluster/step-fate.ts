import { isEnding, isOver, type ClusterView, type StepView } from './views.ts';

/** What has become of a step. `elsewhere`: it surely never began, and may be put on another cluster. */
export type StepFate =
  | { readonly kind: 'wait'; readonly state: 'pending' | 'running' }
  | { readonly kind: 'completed' | 'cancelled' }
  | { readonly kind: 'failed'; readonly why: string; readonly unexplained?: true }
  | { readonly kind: 'lost' | 'refused' | 'elsewhere'; readonly why: string };

/**
 * Decides from what EMR tells of a step and then of nothing else. The cluster must have been asked for before the step: of a
 * cluster that is over the step is then told as it ended. `step` is undefined while listings do not show it.
 */
export function stepFate(
  step: StepView | undefined,
  cluster: ClusterView,
  { unwanted, missing }: { readonly unwanted: boolean; readonly missing: boolean },
): StepFate {
  if (unwanted && (isEnding(cluster) || (step === undefined && missing))) return { kind: 'cancelled' };
  switch (step?.state) {
    case 'COMPLETED':
      return { kind: 'completed' };
    case 'FAILED':
      return unwanted ? { kind: 'cancelled' } : failedFate(step, cluster);
    case 'CANCELLED':
      if (unwanted) return { kind: 'cancelled' };
      if (isEnding(cluster)) return step.startedMs === undefined ? neverBegan(cluster) : lostWith(cluster);
      return { kind: 'lost', why: `Somebody else cancelled it.\n${placeOf(step, cluster)}` };
    case 'INTERRUPTED':
      if (unwanted) return { kind: 'cancelled' };
      return isEnding(cluster)
        ? lostWith(cluster)
        : { kind: 'lost', why: `Its instances were lost.\n${placeOf(step, cluster)}` };
    case undefined:
      if (isOver(cluster)) return neverBegan(cluster);
      return missing
        ? { kind: 'lost', why: `EMR does not list it.\n${clusterText(cluster)}` }
        : { kind: 'wait', state: 'pending' };
    case 'PENDING':
      return isOver(cluster) ? neverBegan(cluster) : { kind: 'wait', state: 'pending' };
    default:
      // RUNNING, CANCEL_PENDING, and what EMR may name one day.
      return isOver(cluster) ? lostWith(cluster) : { kind: 'wait', state: 'running' };
  }
}

function failedFate(step: StepView, cluster: ClusterView): StepFate {
  // Programs fail too when their instances go.
  if (isEnding(cluster) && isOfMachines(cluster.code)) return lostWith(cluster);
  const { reason, message, logFile } = step.failure ?? {};
  const told = [message, reason, step.reason].find((each) => each !== undefined && !saysNothing.test(each));
  if (told === undefined)
    return { kind: 'failed', why: `EMR tells no cause\n${placeOf(step, cluster)}`, unexplained: true };
  const log = logFile === undefined ? '' : ` The log: ${logFile.replace(/^s3n:/, 's3:')}`;
  return { kind: 'failed', why: `${firstLine(told)}\n${placeOf(step, cluster)}${log}` };
}

/** What EMR has in place of a cause that it does not know. */
const saysNothing = /^\s*(unknown error\.?)?\s*$/i;

/** What the end of a cluster means for a step that had not begun. */
export function neverBegan(cluster: ClusterView): {
  readonly kind: 'refused' | 'lost' | 'elsewhere';
  readonly why: string;
} {
  const why = clusterText(cluster);
  if (cluster.readyMs !== undefined) return { kind: 'elsewhere', why };
  return { kind: startFailure(cluster), why };
}

/**
 * Why a cluster never was ready: `refused` where the same request would be again, for a role, a quota, a network or a type that is
 * not offered; `lost` where another time it may go well; `elsewhere` where it was ended for a reason of its own.
 */
export function startFailure({
  code = '',
  message = '',
}: Pick<ClusterView, 'code' | 'message'>): 'refused' | 'lost' | 'elsewhere' {
  if (code.startsWith('VALIDATION_ERROR'))
    return /capacity/i.test(message) && !isQuota(message) ? 'lost' : 'refused';
  if (isQuota(message)) return 'refused';
  return /^(USER_REQUEST|ALL_STEPS_COMPLETED)/.test(code) ? 'elsewhere' : 'lost';
}

/** EMR has no code for it. These words are EC2's, in the sentences that EMR passes on. */
function isQuota(message: string): boolean {
  return /quota|limit ?exceeded|vcpu limit|instance limit|exceeds? .*\blimit\b/i.test(message);
}

function isOfMachines(code = ''): boolean {
  return /^(INSTANCE_FAILURE|INSTANCE_FLEET_TIMEOUT|INTERNAL_ERROR)/.test(code);
}

function lostWith(cluster: ClusterView): StepFate {
  return { kind: 'lost', why: clusterText(cluster) };
}

/** `The cluster ended: bootstrap action 1 returned … (BOOTSTRAP_FAILURE).` and which one it was. */
export function clusterText({ id, state, code, message }: ClusterView): string {
  const because =
    message === undefined || message.trim() === '' ? state : firstLine(message).replace(/\.$/, '');
  const told = code === undefined ? '' : ` (${code})`;
  return `${isEnding({ state }) ? 'Its cluster ended' : 'Its cluster'}: ${because}${told}.\nCluster ${id}, ${state}.`;
}

function placeOf(step: StepView, cluster: ClusterView): string {
  const logs = logsOf(cluster, step.id);
  return `Step ${step.id} on cluster ${cluster.id}.${logs === undefined ? '' : ` Logs: ${logs}`}`;
}

/** The folder of a step's logs, where the cluster keeps any. */
export function logsOf({ id, logUri }: ClusterView, step: string): string | undefined {
  return logUri === undefined ? undefined : `${logUri}${id}/steps/${step}/`;
}

function firstLine(text: string): string {
  return (text.trim().split('\n')[0] ?? '').slice(0, 500);
}

/** What is to be done about a step that nobody wants. `grace` is what each way of stopping is given. */
export type Stopping = 'nothing' | 'interrupt' | 'kill' | 'end-cluster' | 'give-up';

/** Interrupted first, then killed, then its cluster ended; on a cluster that is not ours there is no more than that. */
export function stopping(
  step: StepView | undefined,
  {
    interruptedMs,
    killedMs,
    ours,
  }: {
    readonly interruptedMs?: number | undefined;
    readonly killedMs?: number | undefined;
    readonly ours: boolean;
  },
  nowMs: number,
  graceMs: number,
): Stopping {
  if (step === undefined) return 'nothing';
  if (interruptedMs === undefined) return 'interrupt';
  if (killedMs === undefined) return nowMs - interruptedMs < graceMs ? 'nothing' : 'kill';
  if (nowMs - killedMs < graceMs) return 'nothing';
  return ours ? 'end-cluster' : 'give-up';
}
