import type { RunnerEvent } from '@daybook/core';
import { DaybookError } from '@daybook/core';
import { isExisting, type CheckedEmrOptions } from '../check-options.ts';
import type { Documents } from '../documents.ts';
import { meaningOf } from '../meaning.ts';
import { ClusterWatch } from './cluster-watch.ts';
import { ClusterNews } from './cluster-news.ts';
import type { Emr } from './emr.ts';
import { intentUri } from './intents.ts';
import { causeInLogs } from './log-cause.ts';
import { scratchDigest } from './names.ts';
import { Owner } from './owner.ts';
import { emrSaid, scratchTrouble } from './patient.ts';
import { deadSteps, hasDeadOwner, livingClusters, reapDead, stopDeadSteps, type Reaped } from './reap.ts';
import { usualPatience, type Patience, type Setting } from './setting.ts';
import { startCluster } from './start-cluster.ts';
import { clusterText } from './step-fate.ts';
import type { Leftovers, LivingCluster, StepEnd, StepFacts, StepRequest, StepService } from './steps.ts';
import { realSurroundings, type Surroundings } from './surroundings.ts';
import { isEnding } from './views.ts';

/** What a step service is made of. */
export interface StepServiceParts {
  readonly options: CheckedEmrOptions;
  readonly emr: Emr;
  readonly documents: Documents;
  /** Default: this process and the real time. */
  readonly here?: Surroundings;
  readonly patience?: Partial<Patience>;
}

/** Steps on clusters of this process. Asks nobody anything before it is first used. */
export function stepService({
  options,
  emr,
  documents,
  here = realSurroundings(),
  patience,
}: StepServiceParts): StepService {
  return new OwnedClusters({
    options,
    emr,
    documents,
    here,
    patience: { ...usualPatience, ...patience },
    digest: scratchDigest(options.scratch),
    owner: here.token(),
  });
}

/** On how many clusters a step is put that ended before it began. */
const mostPlacements = 3;

type Placed =
  | { readonly kind: 'ready'; readonly watch: ClusterWatch }
  | Exclude<StepEnd, { readonly kind: 'completed' | 'failed' }>;

class OwnedClusters implements StepService {
  readonly #setting: Setting;
  readonly #owner: Owner;
  readonly #stop = new AbortController();
  /** By EMR's id: those of ours that are not known to have ended, and the one that is not ours. */
  readonly #watches = new Map<string, ClusterWatch>();
  /** The tokens of our clusters, by EMR's id. */
  readonly #tokens = new Map<string, string>();
  #begun: Promise<Placed | undefined> | undefined;
  #placing: Promise<Placed> | undefined;
  #reaping: Promise<unknown> = Promise.resolve();
  /** An answer was lost: there may be a cluster of ours that is not known. */
  #doubt = false;
  #closing: Promise<void> | undefined;
  readonly #news: ClusterNews;

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#news = new ClusterNews(setting);
    this.#owner = new Owner(setting);
  }

  async run(request: StepRequest): Promise<StepEnd> {
    let why = '';
    for (let placement = 1; placement <= mostPlacements; placement += 1) {
      if (request.signal.aborted || this.#stop.signal.aborted) return { kind: 'cancelled' };
      const placed = await unlessAborted(this.#place(), request.signal);
      if (placed === undefined) return { kind: 'cancelled' };
      if (placed.kind !== 'ready') return placed;
      const end = await placed.watch.run(request);
      if (end.kind !== 'elsewhere') return end;
      why = end.why;
    }
    return { kind: 'lost', why: `${mostPlacements} clusters ended before it began. ${why}` };
  }

  async causeOf({ logs }: StepFacts, signal: AbortSignal): Promise<string | undefined> {
    const stop = AbortSignal.any([signal, this.#stop.signal]);
    return logs === undefined ? undefined : await causeInLogs(this.#setting, logs, stop);
  }

  async release(): Promise<void> {
    // Who has nothing for EMR ends what dead ones left all the same: it may be that they had just finished their work.
    if (this.#begun === undefined && (await this.#hasDead())) await this.#beginOnce();
    await this.#placing?.catch(() => undefined);
    const ours = [...this.#watches.values()].filter((watch) => watch.ours);
    for (const watch of ours) watch.release();
    const idle = ours.filter((watch) => !watch.busy);
    await this.#end(idle);
    if (this.#doubt && this.#placing === undefined) {
      const reaped = await reapDead(this.#setting, this.#isStray).catch(throwBugs);
      if (reaped !== undefined) this.#news.reaped(reaped);
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close().catch((error: unknown) => {
      // Whoever asks again tries again.
      this.#closing = undefined;
      throw error;
    });
    return this.#closing;
  }

  readonly watch = (told: (event: RunnerEvent) => void): void => this.#news.watch(told);

  async clusters(): Promise<readonly LivingCluster[]> {
    return await this.#told('list the clusters', async () => await livingClusters(this.#setting));
  }

  async left(): Promise<Leftovers> {
    const { cluster } = this.#setting.options;
    return await this.#told('tell what dead owners left', async () => ({
      clusters: (await livingClusters(this.#setting)).filter(({ ownerAlive }) => !ownerAlive),
      steps: isExisting(cluster) ? await deadSteps(this.#setting, cluster.id) : [],
    }));
  }

  async reap(): Promise<Leftovers> {
    return await this.#told('end what dead owners left', async () => {
      const living = await livingClusters(this.#setting);
      const { steps, ended, failed } = await this.#reapAll();
      if (failed.length > 0) throw stillThere(failed);
      return { clusters: living.filter(({ id }) => ended.some((cluster) => cluster.id === id)), steps };
    });
  }

  /** The cluster for the next step; one is started for all who wait for it. */
  async #place(): Promise<Placed> {
    this.#placing ??= this.#findOrStart().finally(() => {
      this.#placing = undefined;
    });
    return await this.#placing;
  }

  async #findOrStart(): Promise<Placed> {
    const trouble = await this.#beginOnce();
    if (trouble !== undefined) return trouble;
    const open = [...this.#watches.values()].find((watch) => !watch.closed);
    if (open !== undefined) return { kind: 'ready', watch: open };
    if (this.#stop.signal.aborted) return { kind: 'cancelled' };
    const { cluster } = this.#setting.options;
    return isExisting(cluster) ? await this.#lookUp(cluster.id) : await this.#start();
  }

  /** What went wrong is tried again by the next. */
  async #beginOnce(): Promise<Placed | undefined> {
    const trouble = await (this.#begun ??= this.#begin());
    if (trouble !== undefined) this.#begun = undefined;
    return trouble;
  }

  /** The first use: this process becomes an owner, and what dead ones left is ended beside its work. */
  async #begin(): Promise<Placed | undefined> {
    try {
      await this.#owner.tell();
    } catch (error) {
      return scratchTrouble(error);
    }
    this.#reaping = this.#reapOn();
    return undefined;
  }

  /** Now, and whenever another owner has died since. What goes wrong here is met again by whoever closes, and told then. */
  async #reapOn(): Promise<void> {
    const { here, patience } = this.#setting;
    await this.#reapAll().catch(() => undefined);
    for (;;) {
      await here.pause(patience.reapMs, this.#stop.signal, true);
      if (this.#stop.signal.aborted) return;
      if (await this.#hasDead().catch(() => false)) await this.#reapAll().catch(() => undefined);
    }
  }

  /** Where the scratch does not tell, a run that needs no cluster goes on. */
  async #hasDead(): Promise<boolean> {
    try {
      return await hasDeadOwner(this.#setting);
    } catch (error) {
      throwBugs(error);
      return false;
    }
  }

  /** The steps first: with its clusters the last trace of a dead owner goes. */
  async #reapAll(isStray?: (id: string) => boolean): Promise<Reaped & Pick<Leftovers, 'steps'>> {
    const { cluster } = this.#setting.options;
    const steps = isExisting(cluster) ? await stopDeadSteps(this.#setting, cluster.id) : [];
    const reaped = await reapDead(this.#setting, isStray);
    this.#news.reaped(reaped);
    return { ...reaped, steps };
  }

  async #start(): Promise<Placed> {
    const started = await startCluster(
      this.#setting,
      async () => await this.#owner.tell(),
      this.#stop.signal,
    );
    if (started.doubt) this.#doubt = true;
    if (started.kind !== 'started') return started.kind === 'cancelled' ? { kind: 'cancelled' } : started;
    const sinceMs = this.#setting.here.nowMs();
    this.#news.created(started.id, sinceMs);
    const ended = (): void => this.#news.ended(started.id, sinceMs);
    const watch = new ClusterWatch(this.#setting, started.id, true, { ended });
    this.#watches.set(started.id, watch);
    this.#tokens.set(started.id, started.token);
    return { kind: 'ready', watch };
  }

  /** A cluster that is not ours: it must be there, and is left as it is. */
  async #lookUp(id: string): Promise<Placed> {
    try {
      const cluster = await this.#setting.emr.describe(id);
      if (isEnding(cluster)) {
        return {
          kind: 'refused',
          why: `Cluster ${id} takes no steps: give another cluster.id. ${clusterText(cluster)}`,
        };
      }
    } catch (error) {
      const meaning = meaningOf(error);
      if (meaning === undefined) throw error;
      const kind = meaning.kind === 'refused' ? 'refused' : 'lost';
      return { kind, why: emrSaid(`tell of cluster ${id}`, meaning) };
    }
    const watch = new ClusterWatch(this.#setting, id, false, { former: this.#watches.get(id) });
    this.#watches.set(id, watch);
    return { kind: 'ready', watch };
  }

  async #close(): Promise<void> {
    this.#stop.abort();
    if (this.#begun === undefined) {
      this.#setting.emr.close();
      return;
    }
    await this.#placing?.catch(() => undefined);
    await this.#begun.catch(() => undefined);
    await this.#reaping;
    const foreign = [...this.#watches.values()].filter((watch) => !watch.ours);
    await Promise.all(foreign.map(async (watch) => await watch.abandon()));
    const failed = await this.#end([...this.#watches.values()].filter((watch) => watch.ours));
    // Where a cluster did not end, who waits for a step on it is told all the same.
    for (const watch of this.#watches.values()) watch.drop();
    if (failed.length > 0) throw stillThere(failed);
    const others = await this.#told('look for what a lost answer left', async () => await this.#reapLast());
    await this.#owner.remove();
    await this.#news.settled();
    if (others.length > 0) throw stillThere(others);
    this.#setting.emr.close();
  }

  /** Ends what dead owners left, and a lost answer. Tells which clusters of the dead are not known to have ended. */
  async #reapLast(): Promise<Reaped['failed']> {
    try {
      const { failed } = await this.#reapAll(this.#isStray);
      if (this.#doubt && failed.length > 0) throw stillThere(failed);
      return failed;
    } catch (error) {
      throwBugs(error);
      if (this.#doubt) throw error;
      return [];
    }
  }

  /** Ends clusters of ours, and forgets those that do. */
  async #end(
    watches: readonly ClusterWatch[],
  ): Promise<readonly { readonly id: string; readonly why: string }[]> {
    const results = await Promise.all(watches.map(async (watch) => ({ watch, why: await watch.end() })));
    const failed: { id: string; why: string }[] = [];
    for (const { watch, why } of results) {
      if (why !== undefined) {
        failed.push({ id: watch.id, why });
        continue;
      }
      watch.drop();
      this.#watches.delete(watch.id);
      await this.#forget(watch.id);
    }
    return failed;
  }

  async #forget(id: string): Promise<void> {
    const token = this.#tokens.get(id);
    if (token === undefined) return;
    const { documents, options } = this.#setting;
    // An intent that stays is removed by whoever finds its owner dead.
    await documents.remove(intentUri(options.scratch, token)).catch(() => undefined);
    this.#tokens.delete(id);
  }

  /** A cluster of ours that nobody asked for, or asked for twice; while one is being asked for, nobody can tell. */
  readonly #isStray = (id: string): boolean => this.#placing === undefined && !this.#watches.has(id);

  async #told<T>(doing: string, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      const meaning = meaningOf(error);
      if (error instanceof DaybookError || meaning === undefined) throw error;
      throw new DaybookError('job-failed', `${emrSaid(doing, meaning)} ${remedy}`);
    }
  }
}

const remedy =
  'See to the connection and to what these credentials may do, then run daybook emr reap. Clusters without steps end by themselves after idleMinutes.';

function stillThere(failed: readonly { readonly id: string; readonly why: string }[]): DaybookError {
  const [first] = failed;
  const more = failed.length === 1 ? '' : ` (and ${failed.length - 1} more)`;
  return new DaybookError(
    'job-failed',
    `Cluster ${first?.id}${more} is not known to have ended. ${first?.why} ${remedy}`,
  );
}

function throwBugs(error: unknown): void {
  if (!(error instanceof DaybookError) && meaningOf(error) === undefined) throw error;
}

/** What a promise gives, unless the signal is aborted before: it then goes on alone. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  if (signal.aborted) return undefined;
  const { promise: aborted, resolve } = Promise.withResolvers<undefined>();
  const abort = (): void => resolve(undefined);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
