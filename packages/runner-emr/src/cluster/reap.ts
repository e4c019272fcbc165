import { meaningOf } from '../meaning.ts';
import { costText, instancesCost } from './cost.ts';
import { endCluster } from './end-cluster.ts';
import { intentsPrefix, readIntent } from './intents.ts';
import { readClusterName, readStepName, type ClusterName } from './names.ts';
import {
  isDead,
  ownersPrefix,
  ownerText,
  ownerUri,
  readOwner,
  tokenOf,
  type OwnerFinding,
} from './owners.ts';
import { pricesIn } from './prices.ts';
import type { Setting } from './setting.ts';
import type { LivingCluster } from './steps.ts';
import { activeStates, type ClusterView, type InstanceView } from './views.ts';

/** A cluster of this scratch that is alive, with what is known of its owner. */
interface Owned {
  readonly cluster: ClusterView;
  readonly name: ClusterName;
  readonly owner: OwnerFinding;
  readonly dead: boolean;
}

/** How old an intent of a dead owner is when no cluster can come of it any more. */
const forgottenMs = 3_600_000;

/** The clusters of this scratch that are alive, for people. Rejects where EMR or the scratch does not answer. */
export async function livingClusters(setting: Setting): Promise<readonly LivingCluster[]> {
  const { emr, options } = setting;
  const prices = pricesIn(await emr.region(), options.prices);
  const living: LivingCluster[] = [];
  for (const owned of await ownedClusters(setting)) {
    const instances: InstanceView[] = [];
    for await (const each of emr.instances(owned.cluster.id)) instances.push(each);
    living.push(shown(owned, instances, instancesCost(instances, prices, setting.here.nowMs())));
  }
  return living;
}

function shown(
  { cluster, owner, dead }: Owned,
  instances: readonly InstanceView[],
  cost: number | undefined,
): LivingCluster {
  const whose = ownerText(owner);
  return {
    id: cluster.id,
    name: cluster.name,
    state: cluster.state,
    ...(whose === undefined ? {} : { owner: whose }),
    ownerAlive: !dead,
    since: new Date(cluster.createdMs).toISOString(),
    instances: instances.filter(({ endedMs }) => endedMs === undefined).length,
    ...(cost === undefined ? {} : { costUsd: costText(cost) }),
  };
}

/** What came of ending clusters: those that are ending now, and why others are not. */
export interface Reaped {
  readonly ended: readonly ClusterView[];
  readonly failed: readonly { readonly id: string; readonly why: string }[];
}

/**
 * Ends the clusters of dead owners, and of this one those that `isStray` says, which an answer that was lost may have left.
 * Then removes what dead owners left in the scratch. Rejects where EMR or the scratch does not answer.
 */
export async function reapDead(
  setting: Setting,
  isStray: (id: string) => boolean = () => false,
): Promise<Reaped> {
  const owned = await ownedClusters(setting);
  const toEnd = owned.filter(({ cluster, name, dead }) =>
    name.owner === setting.owner ? isStray(cluster.id) : dead,
  );
  const results = await Promise.all(
    toEnd.map(async ({ cluster }) => ({ cluster, why: await endCluster(setting, cluster.id) })),
  );
  const ended = results.flatMap(({ cluster, why }) => (why === undefined ? [cluster] : []));
  const failed = results.flatMap(({ cluster: { id }, why }) => (why === undefined ? [] : [{ id, why }]));
  await forget(setting, owned, new Set(ended.map(({ id }) => id)));
  return { ended, failed };
}

/** The steps that dead owners left on a cluster that is not ours; where it is not there any more, there are none. */
export async function deadSteps(setting: Setting, cluster: string): Promise<readonly string[]> {
  const { emr, digest, owner } = setting;
  const left: { readonly id: string; readonly owner: string }[] = [];
  try {
    for await (const step of emr.steps(cluster)) {
      const name = readStepName(step.name);
      if (name?.scratch !== digest || name.owner === owner || !activeStates.includes(step.state)) continue;
      left.push({ id: step.id, owner: name.owner });
    }
  } catch (error) {
    if (meaningOf(error)?.name.startsWith('InvalidRequestException') === true) return [];
    throw error;
  }
  const findings = await findOwners(setting, new Set(left.map((each) => each.owner)));
  return left.filter((each) => findings.get(each.owner)?.dead === true).map(({ id }) => id);
}

/** Stops `deadSteps`, and tells which. Nobody follows them up, so they are killed. */
export async function stopDeadSteps(setting: Setting, cluster: string): Promise<readonly string[]> {
  const ids = await deadSteps(setting, cluster);
  if (ids.length > 0) await setting.emr.cancel(cluster, ids, 'TERMINATE_PROCESS');
  return ids;
}

async function ownedClusters(setting: Setting): Promise<readonly Owned[]> {
  const { emr, digest } = setting;
  const named: { readonly cluster: ClusterView; readonly name: ClusterName }[] = [];
  for await (const cluster of emr.clusters('living')) {
    const name = readClusterName(cluster.name);
    if (name?.scratch === digest) named.push({ cluster, name });
  }
  // Owners are read behind the listing: each wrote its document before it asked for a cluster.
  const findings = await findOwners(setting, new Set(named.map(({ name }) => name.owner)));
  return named.map(({ cluster, name }) => ({ cluster, name, ...findings.get(name.owner)! }));
}

/** Whether a dead owner is on record in the scratch: each is, before it asks for a cluster. EMR is not asked. */
export async function hasDeadOwner({ documents, options, here, owner }: Setting): Promise<boolean> {
  for await (const uri of documents.list(ownersPrefix(options.scratch))) {
    const token = tokenOf(uri);
    if (token === undefined || token === owner) continue;
    const finding = await readOwner(documents, options.scratch, token);
    if (finding.kind === 'found' && isDead(finding, here)) return true;
  }
  return false;
}

async function findOwners(
  setting: Setting,
  tokens: ReadonlySet<string>,
): Promise<ReadonlyMap<string, { readonly owner: OwnerFinding; readonly dead: boolean }>> {
  const findings = new Map<string, { readonly owner: OwnerFinding; readonly dead: boolean }>();
  for (const token of tokens) {
    const owner = await readOwner(setting.documents, setting.options.scratch, token);
    findings.set(token, { owner, dead: token !== setting.owner && isDead(owner, setting.here) });
  }
  return findings;
}

/** Documents of dead owners without a cluster, and their intents once nothing can come of them. */
async function forget(setting: Setting, owned: readonly Owned[], ended: ReadonlySet<string>): Promise<void> {
  const { documents, options, here, owner } = setting;
  const left = owned.filter(({ cluster }) => !ended.has(cluster.id));
  const settled = new Set(
    owned.filter(({ cluster }) => ended.has(cluster.id)).map(({ name }) => name.cluster),
  );
  const owners = new Set(left.map(({ name }) => name.owner));
  for await (const uri of documents.list(ownersPrefix(options.scratch))) {
    const token = tokenOf(uri);
    if (token === undefined || token === owner || owners.has(token)) continue;
    const finding = await readOwner(documents, options.scratch, token);
    if (finding.kind === 'found' && isDead(finding, here))
      await documents.remove(ownerUri(options.scratch, token));
  }
  for await (const uri of documents.list(intentsPrefix(options.scratch))) {
    const intent = await readIntent(setting, uri);
    if (intent === undefined || intent.owner === owner || owners.has(intent.owner)) continue;
    const old = here.nowMs() - Date.parse(intent.asked) >= forgottenMs;
    // One that came and is not listed as alive is over.
    if (!old && !settled.has(intent.cluster) && intent.id === undefined) continue;
    if (isDead(await readOwner(documents, options.scratch, intent.owner), here)) await documents.remove(uri);
  }
}
