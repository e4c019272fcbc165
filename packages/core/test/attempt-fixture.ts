import type { AttemptEnd } from '../src/attempt.ts';
import type { BatchPlace } from '../src/batch.ts';
import { batchOf } from '../src/batch.ts';
import { attempt, newAttemptId } from '../src/attempt.ts';
import type { Wish } from '../src/decide.ts';
import { graphOf } from '../src/graph.ts';
import type { LoadJob } from '../src/job.ts';
import type { Manifest } from '../src/manifest.ts';
import { manifestStore } from '../src/manifest-store.ts';
import { day } from '../src/param.ts';
import { publish } from '../src/publish.ts';
import type { Runner } from '../src/runner.ts';
import { table } from '../src/schema.ts';
import { sql } from '../src/sql/statement.ts';
import type { Target } from '../src/target.ts';
import type { Task } from '../src/task.ts';
import { defineTask, listOf } from '../src/task.ts';
import { memoryTargets } from '../src/testing/index.ts';
import { manifestOf } from './manifest-fixture.ts';
import type { StubEnd } from './stub-runner.ts';
import { fingerprintOf } from './stub-runner.ts';

const output = table({ id: 'bigint' });
const load: LoadJob = {
  kind: 'load',
  version: '1',
  formats: {},
  fetch: async () => ({ kind: 'waiting', for: 'nothing' }),
};
export const raw = defineTask({
  name: 'raw',
  params: { date: day },
  output,
  job: load,
  refetch: { days: 2 },
});
export const rates = defineTask({ name: 'rates', output });
export const group = defineTask({ name: 'group', inputs: () => ({ rates: rates() }) });
export const stats = defineTask({
  name: 'stats',
  inputs: () => ({ days: listOf(raw, [{ date: '2018-07-24' }, { date: '2018-07-25' }]) }),
  output,
  job: sql`stats`,
});
export const report = defineTask({
  name: 'report',
  inputs: () => ({ stats: stats(), rates: rates(), first: raw({ date: '2018-07-24' }), group: group() }),
  output,
  job: sql`report`,
});
export const rawIds = ['raw/date=2018-07-24', 'raw/date=2018-07-25'] as const;

/** What an attempt happens in; what is left out is plain. */
export interface World {
  readonly target?: Target;
  readonly runner: Runner;
  readonly wish?: Wish;
  readonly today?: string;
  readonly codeDigest?: string;
  readonly signal?: AbortSignal;
  readonly id?: string;
  readonly nowMs?: () => number;
}

export const startMs = Date.parse('2018-08-01T06:00:00Z');

export async function attempted(task: Task, world: World): Promise<AttemptEnd> {
  const target = world.target ?? memoryTargets();
  const graph = graphOf([task]);
  const context = {
    target,
    store: manifestStore(target),
    run: 'run',
    today: world.today ?? '2018-08-01',
    nowMs: world.nowMs ?? (() => startMs),
    progress: () => undefined,
  };
  const [place] = batchOf(world.runner, 1, context);
  return await attempt(
    {
      id: world.id ?? newAttemptId(),
      node: graph.get(task.id) as NonNullable<ReturnType<typeof graph.get>>,
      place: place as BatchPlace,
      wish: world.wish ?? { seen: 99 },
      codeDigest: world.codeDigest ?? 'code',
      signal: world.signal ?? new AbortController().signal,
    },
    context,
  );
}

/** A target that has version 1 of each of `tasks`: its fingerprint is the name, its input the raw days where it is stats. */
export async function targetWith(
  ...manifests: readonly (Partial<Manifest> & Pick<Manifest, 'task'>)[]
): Promise<Target> {
  const target = memoryTargets();
  for (const manifest of manifests) await publish(target, manifestOf(manifest));
  return target;
}

export const rawDays = rawIds.map((task) => ({ task, fingerprint: 'r' }));
export const statsMade = {
  task: 'stats',
  fingerprint: 's',
  inputs: rawIds.map((task) => ({ input: 'days', task, version: 1, fingerprint: 'r' })),
};
export const ratesMade = { task: 'rates', fingerprint: 'x' };

export async function current(target: Target, task: string): Promise<Manifest | undefined> {
  return (await manifestStore(target).current(task))?.manifest;
}

/** A staged outcome with one part. */
export function staged(text: string): Exclude<StubEnd, string> & { readonly kind: 'staged' } {
  return {
    kind: 'staged',
    parts: [{ path: 'new/part', bytes: 1, rows: 1, sha256: 'z' }],
    rows: 1,
    fingerprint: fingerprintOf(text),
    controls: [],
    runner: { name: 'stub' },
  };
}
