import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startEmrLocal, virtualClock, type EmrLocal, type EmrLocalOptions } from '@daybook/emr-local';
import { expect, onTestFinished } from 'vitest';
import { checkedEmrOptions } from '../src/check-options.ts';
import { openEmr, type Emr } from '../src/cluster/emr.ts';
import type { Patience } from '../src/cluster/setting.ts';
import { stepService } from '../src/cluster/step-service.ts';
import type { StepEnd, StepRequest, StepService } from '../src/cluster/steps.ts';
import type { ProcessIdentity, Surroundings } from '../src/cluster/surroundings.ts';
import type { Documents } from '../src/documents.ts';
import { fileDocuments } from '../src/documents/file-documents.ts';
import type { ClusterSpec, EmrRunnerOptions } from '../src/options.ts';
import { againAtOnce } from './again-at-once.ts';
import { virtualTime, type VirtualTime } from './virtual-time.ts';

/** EMR on this machine on virtual time, a scratch folder, and owners that use them. */
export interface World {
  readonly server: EmrLocal;
  readonly time: VirtualTime;
  readonly scratch: string;
  readonly documents: Documents;
  /** An owner of its own. It is closed when the test ends. */
  owner(changes?: OwnerChanges): StepService;
  /** The parts of an owner, where the service itself is not wanted. */
  emr(): Emr;
  here(process?: Partial<ProcessIdentity>): Surroundings;
  /** The documents that are in the scratch, without what comes before it. */
  left(): Promise<readonly string[]>;
  /** How often an operation was called. */
  calls(operation: string): number;
  /** Closes the owners and expects that no cluster is left. Done when the test ends, if not before. */
  close(): Promise<void>;
  /** The ids of clusters that have not ended, once those that are ending have. */
  living(): readonly string[];
}

export interface OwnerChanges {
  readonly options?: Partial<EmrRunnerOptions>;
  readonly cluster?: ClusterSpec;
  readonly process?: Partial<ProcessIdentity>;
  readonly startOf?: Surroundings['startOf'];
  readonly patience?: Partial<Patience>;
  readonly wrap?: (emr: Emr) => Emr;
  readonly documents?: Documents;
  /** Is it closed by the test itself, or never? */
  readonly left?: boolean;
}

export const spotSpec: ClusterSpec = { instances: { core: { market: 'spot' } } };

export async function openWorld(options: EmrLocalOptions = {}): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'runner-emr-test-'));
  const scratch = `${pathToFileURL(folder).href}/`;
  const clock = virtualClock();
  const server = await startEmrLocal({
    clock,
    startSeconds: 60,
    bootstrapSeconds: 30,
    stopSeconds: 20,
    seed: 1,
    ...options,
  });
  const time = virtualTime(server, clock);
  const owners: StepService[] = [];
  let closing: Promise<void> | undefined;
  let tokens = 0;
  const checked = (changes: OwnerChanges) =>
    checkedEmrOptions({
      cluster: changes.cluster ?? {},
      scratch,
      endpoint: server.url,
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
      ...changes.options,
    });
  const here = (process: Partial<ProcessIdentity> = {}, startOf?: Surroundings['startOf']): Surroundings => ({
    ...time.surroundings,
    token: () => (tokens += 1).toString(16).padStart(32, '0'),
    process: { host: 'here', machine: 'here', pid: 100, start: 'tick 1', ...process },
    startOf: startOf ?? ((pid) => (pid >= 100 && pid < 200 ? 'tick 1' : undefined)),
  });
  const documents = time.countedDocuments(fileDocuments());
  const world: World = {
    server,
    time,
    scratch,
    documents,
    owner: (changes = {}) => {
      const emr = time.countedEmr(openEmr(checked(changes), { retryStrategy: againAtOnce() }));
      const service = stepService({
        options: checked(changes),
        emr: changes.wrap?.(emr) ?? emr,
        documents: changes.documents ?? documents,
        here: here(changes.process, changes.startOf),
        ...(changes.patience === undefined ? {} : { patience: changes.patience }),
      });
      if (changes.left !== true) owners.push(service);
      return service;
    },
    emr: () => time.countedEmr(openEmr(checked({}), { retryStrategy: againAtOnce() })),
    here,
    left: async () => {
      const left: string[] = [];
      for await (const uri of documents.list(scratch)) left.push(uri.slice(scratch.length));
      return left.toSorted();
    },
    calls: (operation) => server.state().calls[operation] ?? 0,
    close: () =>
      (closing ??= (async () => {
        try {
          await Promise.all(owners.map(async (owner) => await owner.close()));
          expect(world.living()).toEqual([]);
        } finally {
          time.stop();
          await server.close();
          await rm(folder, { recursive: true, force: true });
        }
      })()),
    living: () => {
      server.advance(60);
      return server
        .state()
        .clusters.filter(({ live }) => live)
        .map(({ id }) => id);
    },
  };
  onTestFinished(async () => await world.close());
  return world;
}

let requests = 0;

/** A step that runs a line of shell. */
export function shell(line: string, changes: Partial<StepRequest> = {}): StepRequest {
  requests += 1;
  return {
    token: (0xf000_0000 + requests).toString(16).padStart(32, 'a'),
    label: line,
    arguments: ['bash', '-c', line],
    signal: new AbortController().signal,
    ...changes,
  };
}

/** How a step ended, without what differs each time. */
export function plain(end: StepEnd): unknown {
  return 'why' in end ? [end.kind, end.why.split('\n')[0]] : [end.kind];
}

/** The states of all steps of all clusters, oldest first. */
export function stepStates({ server }: World): readonly string[] {
  return server.state().clusters.flatMap(({ steps }) => steps.map(({ state }) => state));
}

/** Resolves when a step is running, as `looked` is told. */
export function whenRunning(): {
  readonly looked: NonNullable<StepRequest['looked']>;
  readonly running: Promise<void>;
} {
  const { promise, resolve } = Promise.withResolvers<void>();
  return {
    running: promise,
    looked: async (state) => {
      if (state === 'running') resolve();
    },
  };
}

/** An owner whose cluster runs a step, and that nobody hears of any more. */
export async function leftBehind(world: World, changes: OwnerChanges = {}) {
  const owner = world.owner({ ...changes, left: true });
  const { looked, running } = whenRunning();
  const end = owner.run(shell('sleep 600', { looked }));
  await running;
  return { owner, end, id: world.server.state().clusters.at(-1)!.id };
}
