import { isExisting } from '../check-options.ts';
import { meaningOf } from '../meaning.ts';
import { readStepName, stepName } from './names.ts';
import { emrSaid } from './patient.ts';
import type { Setting } from './setting.ts';
import { askUntilKnown } from './start-cluster.ts';
import { neverBegan } from './step-fate.ts';
import type { StepRequest } from './steps.ts';
import { activeStates, isEnding } from './views.ts';

/** What came of putting a step on a cluster. `elsewhere`: the cluster has ended or is full. With `doubt` it may be there. */
export type Added = { readonly doubt: boolean } & (
  | { readonly kind: 'added'; readonly id: string }
  | { readonly kind: 'elsewhere' | 'lost' | 'refused'; readonly why: string; readonly closed: boolean }
  | { readonly kind: 'cancelled' }
);

/** The most steps that a cluster may have pending and running. */
const mostActive = 256;

/** Puts a step on a cluster. A failed step leaves the cluster and the steps behind it alone. Throws only for a bug. */
export async function addStep(
  setting: Setting,
  cluster: string,
  request: StepRequest,
  stop: AbortSignal,
): Promise<Added> {
  const { emr, digest, owner, options } = setting;
  const { token, label } = request;
  const step = {
    Name: stepName(label, { scratch: digest, owner, step: token }),
    ActionOnFailure: 'CONTINUE' as const,
    HadoopJarStep: { Jar: 'command-runner.jar', Args: [...request.arguments] },
  };
  const role = isExisting(options.cluster) ? undefined : options.cluster.roles?.step;
  const asked = await askUntilKnown(setting, stop, {
    ask: async () => await emr.addStep(cluster, step, role),
    find: async () => {
      for await (const each of emr.steps(cluster)) {
        if (readStepName(each.name)?.step === token) return each.id;
      }
      return undefined;
    },
  });
  const { doubt } = asked;
  if (asked.kind === 'done') return { kind: 'added', id: asked.id, doubt };
  if (asked.kind === 'stopped') return { kind: 'cancelled', doubt };
  const why = emrSaid(`run a step on cluster ${cluster}`, asked.meaning);
  if (asked.kind === 'lost') return { kind: 'lost', why, doubt, closed: false };
  // The refusal has one name, whatever stands behind it. Only a look tells.
  try {
    const view = await emr.describe(cluster);
    if (isEnding(view)) return { ...neverBegan(view), doubt, closed: true };
    if (await isFull(setting, cluster)) {
      // Another cluster of ours may be started; of one that is not there is no other.
      const kind = isExisting(options.cluster) ? 'lost' : 'elsewhere';
      return { kind, why, doubt, closed: kind === 'elsewhere' };
    }
  } catch (error) {
    // The refusal stands, and EMR's own words say why.
    if (meaningOf(error) === undefined) throw error;
  }
  return { kind: 'refused', why, doubt, closed: false };
}

async function isFull({ emr }: Setting, cluster: string): Promise<boolean> {
  let active = 0;
  for await (const { state } of emr.steps(cluster)) if (activeStates.includes(state)) active += 1;
  return active >= mostActive;
}
