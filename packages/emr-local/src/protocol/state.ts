import type { Emulator } from '../emulator.ts';
import type { Faults } from '../faults.ts';
import type { Cluster, Step } from '../service/records.ts';

/** Everything a test may want to see, in plain words: times are ISO 8601. */
export function stateOf(emulator: Emulator, faults: Faults, calls: ReadonlyMap<string, number>) {
  return {
    now: time(emulator.clock.nowMs()),
    clock: emulator.clock.kind,
    calls: Object.fromEntries(calls) as Readonly<Record<string, number>>,
    faults: faults.pending(),
    clusters: emulator.clusters().map(clusterState),
  };
}

/** What `GET /_control/state` answers. */
export type EmrLocalState = ReturnType<typeof stateOf>;

function clusterState(cluster: Cluster) {
  const { id, request, state, reason, keepAlive, stepConcurrency, tags, createdMs, readyMs, endedMs } =
    cluster;
  return {
    id,
    name: request.Name,
    state,
    live: endedMs === undefined,
    reason: { ...reason },
    protected: cluster.protected,
    keepAlive,
    stepConcurrency,
    idleTimeoutSeconds: cluster.idleTimeoutMs === undefined ? null : cluster.idleTimeoutMs / 1_000,
    tags: Object.fromEntries(tags) as Readonly<Record<string, string>>,
    created: time(createdMs),
    ready: cluster.wasReady ? time(readyMs) : null,
    ended: time(endedMs),
    instances: cluster.groups.flatMap(({ role, instances }) =>
      instances.map(({ id, market, endedMs }) => ({ id, role, market, live: endedMs === undefined })),
    ),
    steps: cluster.steps.map(stepState),
  };
}

function stepState({ id, config, state, failure, createdMs, startedMs, endedMs }: Step) {
  const { Jar, Args = [] } = config.HadoopJarStep;
  return {
    id,
    name: config.Name,
    jar: Jar,
    args: Args,
    state,
    failure: failure ?? null,
    created: time(createdMs),
    started: time(startedMs),
    ended: time(endedMs),
  };
}

function time(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
