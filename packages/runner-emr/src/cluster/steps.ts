import type { RunnerEvent } from '@daybook/core';

/** What is to be run as one step of a cluster. */
export interface StepRequest {
  /** Names this submission and no other, in the name of the step: 32 hex digits. */
  readonly token: string;
  /** What it is, for people who look at the cluster: `account-statistics, 31 tasks`. */
  readonly label: string;
  /** The arguments of `command-runner.jar`, at most 10,240 characters in all. */
  readonly arguments: readonly string[];
  /**
   * Aborted when nobody wants its outcome: the step is interrupted, a minute later killed, and where it does not stop, its
   * cluster is ended a minute after that; if other steps on it are wanted, when those have ended. `run` does not wait for them.
   * On a cluster that is not ours such a step stays.
   */
  readonly signal: AbortSignal;
  /**
   * Called after each look at the cluster while the step is there; awaited, and what it throws ends the step. `facts` tells
   * what it took so far.
   */
  readonly looked?: (
    state: 'pending' | 'running',
    facts: () => Promise<StepFacts | undefined>,
  ) => Promise<void>;
}

/** Where a step ran, and what it took. */
export interface StepFacts {
  readonly cluster: string;
  readonly step: string;
  /** The folder of its logs, where the cluster keeps any. */
  readonly logs?: string;
  /** Where a person looks at its cluster; absent for a service that is not AWS. */
  readonly tracking?: string;
  /** How long it was running. */
  readonly seconds: number;
  /** Estimated: the share of the instances' hours while it ran, in US dollars with four decimals. */
  readonly costUsd?: string;
}

/**
 * How a step ended. `failed`: its program did. `lost`: its instances, its cluster or somebody else ended it, or no cluster
 * could be had for now: again later. `refused`: no cluster can be had until somebody sees to it, such as a role or a quota.
 * `why` is a sentence with the cause on its first line; `unexplained`: EMR tells none, and `causeOf` may find it.
 */
export type StepEnd =
  | { readonly kind: 'completed'; readonly facts: StepFacts }
  | { readonly kind: 'failed'; readonly why: string; readonly unexplained?: true; readonly facts: StepFacts }
  | { readonly kind: 'cancelled'; readonly facts?: StepFacts }
  | { readonly kind: 'lost'; readonly why: string; readonly facts?: StepFacts }
  | { readonly kind: 'refused'; readonly why: string };

/** One cluster that is alive, for people. */
export interface LivingCluster {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  /** Whose it is: `host, process 4711`; undefined where its owner left no document. */
  readonly owner?: string;
  readonly ownerAlive: boolean;
  /** ISO 8601 in UTC. */
  readonly since: string;
  readonly instances: number;
  /** Estimated, since its beginning, in US dollars. */
  readonly costUsd?: string;
}

/** What dead owners of this scratch left. */
export interface Leftovers {
  readonly clusters: readonly LivingCluster[];
  /** The ids of steps that are active on the cluster that the configuration gives by its id. */
  readonly steps: readonly string[];
}

/**
 * Steps on a cluster of this process: one is started when a step needs it, found again when an answer was lost, and ended
 * when nothing needs it. All methods may be called at any time and side by side.
 */
export interface StepService {
  /**
   * Runs one step to its end: on a new cluster, where the one it was put on ended before it began. Throws only for a bug, that of
   * `looked` too, whose step is stopped first. `cancelled` once the signal is aborted, or the service closed.
   */
  run(request: StepRequest): Promise<StepEnd>;
  /**
   * The cause that the logs of a step that failed have, in a line; undefined where they do not come in a minute, cannot be read, or
   * say nothing of it. They come some minutes late.
   */
  causeOf(facts: StepFacts, signal: AbortSignal): Promise<string | undefined>;
  /** Nothing more comes for now: ends the cluster, once no step runs on it. A later step starts another one. Throws only for a bug. */
  release(): Promise<void>;
  /**
   * Cancels what runs, ends the cluster, ends those of dead owners, and takes back that this process is an owner. Does nothing
   * where no step was ever run. Rejects with `job-failed` where EMR does not say in some minutes that a cluster is ending: where
   * it is of this process, that stays on record as its owner, and the next process ends it. Where nobody tells what dead owners
   * left, it is left to the next process, unless an answer was lost: then there may be more of this one. May be called again.
   */
  close(): Promise<void>;
  /** From now on tells `told` of each cluster of this process that is there, and of each that is known to be ending. */
  watch(told: (event: RunnerEvent) => void): void;
  /** The clusters of this scratch that are alive, whoever owns them. */
  clusters(): Promise<readonly LivingCluster[]>;
  /** What dead owners left. */
  left(): Promise<Leftovers>;
  /** Ends and stops what dead owners left, and tells what it was. */
  reap(): Promise<Leftovers>;
}
