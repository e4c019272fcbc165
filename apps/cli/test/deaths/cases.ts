import type { SeededRandom } from '@daybook/core/testing';
import type { Fault } from '@daybook/emr-local';
import type { DeathCase, Kill } from './death-case.ts';

/** What a run that nobody disturbed asked of EMR, in order, and how long it took. */
export interface Undisturbed {
  readonly operations: readonly string[];
  readonly durationMs: number;
}

const changing = ['RunJobFlow', 'AddJobFlowSteps', 'TerminateJobFlows'];
const moments = ['before', 'after'] as const;

/**
 * So many points at which a run is killed: before and after each call that creates or ends something, then by turns at calls
 * that read and at random moments.
 */
export function killCases(
  points: number,
  { operations, durationMs }: Undisturbed,
  random: SeededRandom,
): readonly DeathCase[] {
  const counts = new Map<string, number>();
  const calls = operations.map((operation) => {
    const nth = (counts.get(operation) ?? 0) + 1;
    counts.set(operation, nth);
    return { kind: 'call', operation, nth } as const;
  });
  const [acts, looks] = [true, false].map((wanted) =>
    calls
      .filter(({ operation }) => changing.includes(operation) === wanted)
      .flatMap((call) => moments.map((when) => ({ ...call, when }))),
  ) as [Kill[], Kill[]];
  const kills: { readonly group: string; readonly kill: Kill }[] = acts.map((kill) => ({
    group: 'killed at a call that creates or ends',
    kill,
  }));
  while (kills.length < points) {
    if (kills.length % 2 === 0 && looks.length > 0) {
      const [kill] = looks.splice(random.below(looks.length), 1);
      if (kill !== undefined) kills.push({ group: 'killed at a call that reads', kill });
    } else {
      const kill = { kind: 'time', afterMs: 400 + random.below(Math.round(durationMs)) } as const;
      kills.push({ group: 'killed at random', kill });
    }
  }
  return kills.slice(0, points).map((each, index) => ({ ...each, next: index % 2 === 0 ? 'run' : 'reap' }));
}

/** Each kind of fault on each call that it can befall, once with nobody killed and once with a kill at random. */
export function faultCases({ durationMs }: Undisturbed, random: SeededRandom): readonly DeathCase[] {
  return faults.flatMap((fault, index) => [
    { group: fault.kind, fault, next: 'run' },
    {
      group: `${fault.kind}, killed`,
      fault,
      kill: { kind: 'time', afterMs: 1500 + random.below(Math.round(durationMs)) },
      next: index % 2 === 0 ? 'reap' : 'run',
    },
  ]);
}

const everywhere = ['throttle', 'error500', 'lost-request', 'lost-answer'] as const;

const faults: readonly Fault[] = [
  ...everywhere.flatMap((kind) =>
    [...changing, 'ListClusters', 'DescribeCluster', 'ListSteps'].map((operation) => ({ kind, operation })),
  ),
  { kind: 'idle-race' },
  { kind: 'slow-start', seconds: 4 },
  { kind: 'bootstrap-failure' },
  { kind: 'spot-loss', afterSeconds: 1 },
  { kind: 'spot-loss', afterSeconds: 1, endsCluster: true },
  { kind: 'master-loss', afterSeconds: 1 },
];
