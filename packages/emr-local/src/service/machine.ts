import { checkedInput } from '../model/check.ts';
import type { Operation } from '../model/inputs.ts';
import { answer } from '../operations/answer.ts';
import { randomStream } from '../random.ts';
import { becomeReady, bootstrap, end, finish, idleReason, stepEnded } from './life.ts';
import { lose } from './losses.ts';
import { isEnding, type Cluster, type Failure, type Fate, type Loss } from './records.ts';
import type { Delays, Effect, World } from './world.ts';

/** What the machine is made with. */
export interface MachineOptions {
  readonly delays: Delays;
  /** Decides the identifiers. */
  readonly seed: string | number;
}

/** A request beside its operation and body. */
export interface RequestFacts {
  readonly nowMs: number;
  readonly region: string;
  /** What a fault has in store for the cluster of the request. */
  readonly fate?: Fate;
}

/**
 * The service as a state machine: it decides, and does nothing. Time is told with every call and never goes back; the
 * same calls with the same seed give the same answers. What is to be done outside is taken from it by `takeEffects`.
 */
export class EmrMachine {
  readonly #world: World;
  #nowMs = 0;

  constructor({ delays, seed }: MachineOptions) {
    const random = randomStream(`${seed}/ids`);
    this.#world = { delays, random, clusters: new Map(), effects: [] };
  }

  /** The output of an operation, `undefined` where it has none. Throws `ServiceError`, and then nothing was changed. */
  handle(operation: Operation, body: unknown, { nowMs, region, fate = {} }: RequestFacts): unknown {
    const at = this.advance(nowMs);
    return answer(this.#world, operation, checkedInput(operation, body), { nowMs: at, region, fate });
  }

  /** Lets everything happen that is due by now, in the order of its times. Gives the time that it is now. */
  advance(nowMs: number): number {
    const untilMs = Math.max(nowMs, this.#nowMs);
    for (let next = this.#next(); next !== undefined && next.atMs <= untilMs; next = this.#next()) {
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.happen(this.#nowMs);
    }
    this.#nowMs = untilMs;
    return untilMs;
  }

  /** When the next thing happens by itself. */
  nextMs(): number | undefined {
    return this.#next()?.atMs;
  }

  /** What a step that ran has come to. A step that had ended already, with its cluster perhaps, stays as it is. */
  stepEnded(stepId: string, failure: Failure | undefined, nowMs: number): void {
    const at = this.advance(nowMs);
    for (const cluster of this.#world.clusters.values()) {
      const step = cluster.steps.find(({ id }) => id === stepId);
      if (step !== undefined) stepEnded(this.#world, cluster, step, failure, at);
    }
  }

  /** Takes instances from a cluster so much later, when it is ready at the earliest. False where none lives by that id. */
  lose(clusterId: string, loss: Loss, afterMs: number, nowMs: number): boolean {
    const at = this.advance(nowMs);
    const cluster = this.#world.clusters.get(clusterId);
    if (cluster === undefined || isEnding(cluster)) return false;
    cluster.losses.push({ ...loss, atMs: at + afterMs });
    cluster.losses.sort((a, b) => a.atMs - b.atMs);
    this.advance(nowMs);
    return true;
  }

  /** What is to be done outside, in order; each is given once. */
  takeEffects(): readonly Effect[] {
    return this.#world.effects.splice(0);
  }

  /** The clusters in the order in which they were made, to be looked at. */
  clusters(): readonly Cluster[] {
    return [...this.#world.clusters.values()];
  }

  #next(): Happening | undefined {
    let first: Happening | undefined;
    for (const cluster of this.#world.clusters.values()) {
      const next = nextOf(this.#world, cluster);
      if (next !== undefined && (first === undefined || next.atMs < first.atMs)) first = next;
    }
    return first;
  }
}

interface Happening {
  readonly atMs: number;
  readonly happen: (nowMs: number) => void;
}

function nextOf(world: World, cluster: Cluster): Happening | undefined {
  const { state, bootstrapsMs, readyMs, endsMs, idleSinceMs, idleTimeoutMs } = cluster;
  if (state === 'STARTING') return { atMs: bootstrapsMs, happen: () => bootstrap(cluster) };
  if (state === 'BOOTSTRAPPING') {
    return { atMs: readyMs, happen: (nowMs) => becomeReady(world, cluster, nowMs) };
  }
  if (state === 'TERMINATING') return { atMs: endsMs!, happen: (nowMs) => finish(cluster, nowMs) };
  if (state !== 'RUNNING' && state !== 'WAITING') return undefined;
  const loss = cluster.losses[0];
  const idleMs =
    idleSinceMs === undefined || idleTimeoutMs === undefined ? Infinity : idleSinceMs + idleTimeoutMs;
  if (loss !== undefined && loss.atMs <= idleMs) {
    return { atMs: loss.atMs, happen: (nowMs) => loseNext(world, cluster, loss, nowMs) };
  }
  if (idleMs === Infinity) return undefined;
  return { atMs: idleMs, happen: (nowMs) => end(world, cluster, idleReason, nowMs) };
}

function loseNext(world: World, cluster: Cluster, loss: Loss, nowMs: number): void {
  cluster.losses.shift();
  lose(world, cluster, loss, nowMs);
}
