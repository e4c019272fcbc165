import { meaningOf, type Meaning } from '../meaning.ts';
import { addStep } from './add-step.ts';
import { endCluster } from './end-cluster.ts';
import { readStepName } from './names.ts';
import { emrSaid } from './patient.ts';
import type { Setting } from './setting.ts';
import { instancesOf, stepFacts, StepSpans } from './step-facts.ts';
import { stepFate, stopping, type StepFate } from './step-fate.ts';
import type { StepFacts, StepRequest } from './steps.ts';
import { activeStates, isEnding, type ClusterView, type StepView } from './views.ts';
import { watchedStep, type WatchedStep, type WatchEnd } from './watched-step.ts';

type Instances = ReturnType<typeof instancesOf>;

/** A step that is still there after a look. */
interface Looked {
  readonly step: WatchedStep;
  readonly state: 'pending' | 'running';
  readonly facts: () => Promise<StepFacts | undefined>;
}

/** How often is looked while a step is being stopped, at least. */
const stoppingPollMs = 5_000;

/**
 * One cluster and the steps of this process on it. While a step is waited for, or is to be stopped, one loop looks at the
 * cluster; otherwise nothing is asked.
 */
export class ClusterWatch {
  readonly id: string;
  /** Whether this process started it, and so ends it. */
  readonly ours: boolean;
  readonly #setting: Setting;
  readonly #steps = new Map<string, WatchedStep>();
  readonly #spans = new StepSpans();
  /** The extra copies of a step, and steps of this process that it does not know, that were told to stop. */
  readonly #strays = new Set<string>();
  readonly #stop = new AbortController();
  #closed = false;
  #endsWhenIdle = false;
  #ending: Promise<string | undefined> | undefined;
  #looking = false;
  #wake = new AbortController();
  #answeredMs: number;
  #refusedMs: number | undefined;
  readonly #ended: () => void;
  /** The tokens of steps that were given up while EMR told nothing: they may be there still. */
  readonly #forsaken: Set<string>;

  /**
   * `ended` is called when the cluster is known to be ending, where it is ours, and maybe again. `former` watched the same cluster:
   * what it gave up is looked for and stopped.
   */
  constructor(
    setting: Setting,
    id: string,
    ours: boolean,
    {
      ended = () => undefined,
      former,
    }: { readonly ended?: () => void; readonly former?: ClusterWatch | undefined } = {},
  ) {
    this.#forsaken = former === undefined ? new Set() : former.#forsaken;
    this.#setting = setting;
    this.id = id;
    this.ours = ours;
    this.#ended = ended;
    this.#answeredMs = setting.here.nowMs();
  }

  /** Whether it takes no more steps: it has ended, is about to, or is full. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Whether somebody waits for a step here. */
  get busy(): boolean {
    return [...this.#steps.values()].some(({ unwanted }) => !unwanted);
  }

  /** Runs one step here to its end. Throws only for a bug, which may be of `looked`. */
  async run(request: StepRequest): Promise<WatchEnd> {
    if (this.#closed) return { kind: 'elsewhere', why: `Cluster ${this.id} is about to end.` };
    const step = watchedStep(request, this.#setting.here.nowMs());
    this.#steps.set(request.token, step);
    const unwant = (): void => {
      step.unwanted = true;
      this.#wake.abort();
    };
    request.signal.addEventListener('abort', unwant, { once: true });
    if (request.signal.aborted) unwant();
    try {
      const stop = AbortSignal.any([request.signal, this.#stop.signal]);
      const added = await addStep(this.#setting, this.id, request, stop);
      step.adding = false;
      if (added.kind === 'added') {
        step.id = added.id;
        this.#watch();
        return await step.ended;
      }
      // What may be there all the same is looked for, and stopped.
      step.unwanted = true;
      if (added.doubt) this.#watch();
      else this.#settle(step, { kind: 'cancelled' });
      if (added.kind === 'cancelled') return { kind: 'cancelled' };
      if (added.closed) this.#close();
      return { kind: added.kind, why: added.why };
    } catch (error) {
      this.#settle(step, { kind: 'cancelled' });
      throw error;
    } finally {
      request.signal.removeEventListener('abort', unwant);
      this.#endIfIdle();
    }
  }

  /** Takes no more steps, and where the cluster is ours, ends it once none is wanted. */
  release(): void {
    this.#close();
    this.#endIfIdle();
  }

  /** Nobody wants any of its steps any more. Resolves when all have ended. */
  async abandon(): Promise<void> {
    this.#closed = true;
    this.#stop.abort();
    for (const step of this.#steps.values()) step.unwanted = true;
    this.#wake.abort();
    await Promise.allSettled([...this.#steps.values()].map(async ({ ended }) => await ended));
  }

  /** Tells all who wait that their step is cancelled, without another look. */
  drop(): void {
    this.#closed = true;
    this.#stop.abort();
    for (const step of this.#steps.values()) this.#settle(step, { kind: 'cancelled' });
    this.#wake.abort();
  }

  /** Ends the cluster now, once for all who ask. Undefined once it is ending, else why it is not known to. */
  async end(): Promise<string | undefined> {
    this.#closed = true;
    const ending = (this.#ending ??= endCluster(this.#setting, this.id));
    const why = await ending;
    if (why !== undefined && this.#ending === ending) this.#ending = undefined;
    if (why === undefined) this.#ended();
    this.#wake.abort();
    return why;
  }

  #close(): void {
    this.#closed = true;
    this.#endsWhenIdle = this.ours;
  }

  /** In the background: whoever closes the service makes sure of it. */
  #endIfIdle(): void {
    if (this.#endsWhenIdle && !this.busy && this.#ending === undefined)
      void this.end().catch(() => undefined);
  }

  #watch(): void {
    if (!this.#looking) void this.#lookOn();
  }

  async #lookOn(): Promise<void> {
    const { here, options } = this.#setting;
    this.#looking = true;
    this.#answeredMs = here.nowMs();
    try {
      while (this.#steps.size > 0) {
        const stoppingOne = [...this.#steps.values()].some(({ unwanted }) => unwanted);
        const pollMs = stoppingOne ? Math.min(stoppingPollMs, options.pollMs) : options.pollMs;
        await here.pause(pollMs * (0.75 + here.random() * 0.75), this.#wake.signal);
        if (this.#wake.signal.aborted) this.#wake = new AbortController();
        if (this.#steps.size > 0) await this.#look();
        this.#endIfIdle();
      }
    } catch (error) {
      for (const step of this.#steps.values()) step.fail(error);
      this.#steps.clear();
    } finally {
      // In the same turn as the last look at what is waited for, so that who comes next begins anew.
      this.#looking = false;
    }
  }

  async #look(): Promise<void> {
    const seen = await this.#ask();
    if (seen === undefined) return;
    const { cluster, listed } = seen;
    if (isEnding(cluster)) this.#close();
    const stopped: { readonly step: WatchedStep; readonly view: StepView }[] = [];
    const waiting: Looked[] = [];
    let instances: Instances | undefined;
    for (const step of this.#steps.values()) {
      const view = this.#viewOf(step, listed);
      if (view === undefined && step.adding) continue;
      const fate = stepFate(view, cluster, { unwanted: step.unwanted, missing: this.#isMissing(step) });
      if (fate.kind === 'wait') {
        const factsSoFar = async (): Promise<StepFacts | undefined> =>
          view && (await this.#factsOf(view, cluster, (instances ??= this.#instances())));
        if (!step.unwanted) waiting.push({ step, state: fate.state, facts: factsSoFar });
        else if (view !== undefined) stopped.push({ step, view });
        continue;
      }
      // Where its machines or somebody else took one step, the next would not fare better.
      if (fate.kind === 'lost' && this.ours) this.#close();
      if (view !== undefined) instances ??= this.#instances();
      this.#settle(step, await this.#endOf(fate, view, cluster, instances));
    }
    for (const { step, view } of stopped) await this.#stopStep(step, view);
    await this.#stopStrays(listed);
    await Promise.all(waiting.map(async (looked) => await this.#tellLooked(looked)));
  }

  /** The cluster first, then its steps: those of a cluster that is over are then told as they ended. */
  async #ask(): Promise<{ readonly cluster: ClusterView; readonly listed: readonly StepView[] } | undefined> {
    const { emr, here } = this.#setting;
    try {
      const cluster = await emr.describe(this.id);
      const listed = await this.#list();
      this.#answeredMs = here.nowMs();
      this.#refusedMs = undefined;
      return { cluster, listed };
    } catch (error) {
      const meaning = meaningOf(error);
      if (meaning === undefined) throw error;
      this.#giveUpIfSilent(meaning);
      return undefined;
    }
  }

  /** The newest steps, back to the oldest that is waited for or was given up. */
  async #list(): Promise<readonly StepView[]> {
    const listed: StepView[] = [];
    const placed = [...this.#steps.values()].filter(({ adding }) => !adding);
    const missing = new Set([...placed.map(({ token }) => token), ...this.#forsaken]);
    for await (const step of this.#setting.emr.steps(this.id)) {
      listed.push(step);
      const token = this.#ownToken(step);
      if (token !== undefined) missing.delete(token);
      if (token !== undefined && !activeStates.includes(step.state)) this.#forsaken.delete(token);
      if (missing.size === 0 && !activeStates.includes(step.state)) break;
    }
    this.#spans.learn(listed);
    return listed;
  }

  #giveUpIfSilent(meaning: Meaning): void {
    const { here, patience } = this.#setting;
    const nowMs = here.nowMs();
    if (meaning.kind !== 'refused') this.#refusedMs = undefined;
    else this.#refusedMs ??= nowMs;
    const refused = this.#refusedMs !== undefined && nowMs - this.#refusedMs >= patience.refusedMs;
    const silentMs = nowMs - this.#answeredMs;
    const why = emrSaid(`tell of cluster ${this.id}`, meaning);
    for (const step of this.#steps.values()) {
      if (!refused && silentMs < (step.unwanted ? patience.endMs : patience.silentMs)) continue;
      this.#close();
      this.#forsaken.add(step.token);
      this.#settle(step, step.unwanted ? { kind: 'cancelled' } : { kind: refused ? 'refused' : 'lost', why });
    }
  }

  /** Which of the copies of a step counts: the one whose id was told, else the oldest. */
  #viewOf(step: WatchedStep, listed: readonly StepView[]): StepView | undefined {
    const copies = listed.filter((each) => this.#ownToken(each) === step.token);
    const view = step.id === undefined ? copies.at(-1) : copies.find(({ id }) => id === step.id);
    if (view !== undefined && !step.adding) step.id = view.id;
    return view;
  }

  #ownToken({ name }: StepView): string | undefined {
    const read = readStepName(name);
    return read?.owner === this.#setting.owner ? read.step : undefined;
  }

  #isMissing(step: WatchedStep): boolean {
    const { here, patience } = this.#setting;
    return here.nowMs() - step.placedMs >= (step.unwanted ? patience.settleMs : patience.missingMs);
  }

  async #endOf(
    fate: Exclude<StepFate, { readonly kind: 'wait' }>,
    view: StepView | undefined,
    cluster: ClusterView,
    instances: Instances | undefined,
  ): Promise<WatchEnd> {
    if (fate.kind === 'elsewhere' || fate.kind === 'refused') return { kind: fate.kind, why: fate.why };
    const facts = view === undefined ? undefined : await this.#factsOf(view, cluster, instances);
    switch (fate.kind) {
      case 'completed':
        return { kind: 'completed', facts: facts! };
      case 'failed':
        return { ...fate, facts: facts! };
      case 'lost':
        return { kind: 'lost', why: fate.why, ...(facts === undefined ? {} : { facts }) };
      case 'cancelled':
        return { kind: 'cancelled', ...(facts === undefined ? {} : { facts }) };
    }
  }

  async #factsOf(view: StepView, cluster: ClusterView, instances: Instances | undefined): Promise<StepFacts> {
    return await stepFacts(this.#setting, view, cluster, this.#spans, await instances);
  }

  #instances(): Instances {
    return instancesOf(this.#setting, this.id);
  }

  async #stopStep(step: WatchedStep, view: StepView): Promise<void> {
    const { here, patience } = this.#setting;
    const nowMs = here.nowMs();
    switch (stopping(view, { ...step, ours: this.ours }, nowMs, patience.graceMs)) {
      case 'interrupt':
        if (await this.#cancel([view.id], 'SEND_INTERRUPT')) step.interruptedMs = nowMs;
        return;
      case 'kill':
        // Asked once: where it is not heard, the cluster is next.
        step.killedMs = nowMs;
        await this.#cancel([view.id], 'TERMINATE_PROCESS');
        return;
      case 'end-cluster':
        this.#settle(step, { kind: 'cancelled' });
        this.#close();
        return;
      case 'give-up':
        this.#settle(step, { kind: 'cancelled' });
        return;
      case 'nothing':
        return;
    }
  }

  /** Steps of this process that it does not want: copies that a repeat made, and those of an answer that was lost. */
  async #stopStrays(listed: readonly StepView[]): Promise<void> {
    const strays = listed.filter((each) => {
      const token = this.#ownToken(each);
      if (token === undefined || !activeStates.includes(each.state) || this.#strays.has(each.id))
        return false;
      const known = this.#steps.get(token);
      return known === undefined || (!known.adding && known.id !== each.id);
    });
    const ids = strays.map(({ id }) => id);
    if (ids.length > 0 && (await this.#cancel(ids, 'TERMINATE_PROCESS')))
      for (const id of ids) this.#strays.add(id);
  }

  async #cancel(ids: readonly string[], how: 'SEND_INTERRUPT' | 'TERMINATE_PROCESS'): Promise<boolean> {
    try {
      await this.#setting.emr.cancel(this.id, ids, how);
      return true;
    } catch (error) {
      if (meaningOf(error) === undefined) throw error;
      return false;
    }
  }

  async #tellLooked({ step, state, facts }: Looked): Promise<void> {
    try {
      await step.looked?.(state, facts);
    } catch (error) {
      step.thrown = { error };
      step.unwanted = true;
      this.#wake.abort();
    }
  }

  #settle(step: WatchedStep, end: WatchEnd): void {
    this.#steps.delete(step.token);
    if (step.thrown === undefined) step.settle(end);
    else step.fail(step.thrown.error);
  }
}
