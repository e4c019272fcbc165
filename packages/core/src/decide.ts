import type { Day } from './calendar.ts';
import { addDays } from './calendar.ts';
import type { Manifest } from './manifest.ts';
import type { Task, TaskDefinition, TaskId } from './task.ts';

/** Why a task must run. Of several reasons the first in this order is told. */
export type Reason =
  | { readonly kind: 'missing' }
  /** `from` and `to` are versions of the input; null where it was no input then, or is none now. */
  | {
      readonly kind: 'input-changed';
      readonly input: TaskId;
      readonly from: number | null;
      readonly to: number | null;
    }
  | { readonly kind: 'code-changed' }
  | { readonly kind: 'refetch-due'; readonly fetchedOn: Day }
  | { readonly kind: 'forced' };

/** One input as it is now: its current version. */
export interface PinnedInput {
  readonly input: string;
  readonly task: TaskId;
  readonly version: number;
  readonly fingerprint: string;
}

/** What a person asked for one task beyond the ordinary rules. */
export interface Wish {
  /** The version there was when the run was planned; one that is newer fulfils every wish and every refetch. */
  readonly seen: number;
  readonly forced?: boolean;
  readonly refetch?: boolean;
  /** The newest version that this run made itself. */
  readonly made?: number;
}

/** All that decides whether one task with an output and a job is up to date. */
export interface Facts {
  readonly task: Task;
  readonly codeDigest: string;
  readonly current: Manifest | undefined;
  /** Every input, each with a version. */
  readonly inputs: readonly PinnedInput[];
  readonly today: Day;
  readonly wish: Wish;
}

/**
 * Why the task must run, or undefined when it is fresh. A loaded output is never made stale by changed code: the source may
 * no longer have it. Fingerprints of inputs count, not versions, so that an input made again the same changes nothing.
 */
export function staleReason(facts: Facts): Reason | undefined {
  const { task, current, wish } = facts;
  if (current === undefined) return { kind: 'missing' };
  const loaded = task.definition.job?.kind === 'load';
  const changed = changedInput(current, facts.inputs);
  if (changed !== undefined) return changed;
  if (!loaded && current.codeDigest !== facts.codeDigest) return { kind: 'code-changed' };
  if (current.version > wish.seen) return undefined;
  const day = dayOf(task);
  if (day !== undefined && day >= facts.today) return undefined;
  if (loaded && (wish.refetch === true || refetchDue(task, current, facts.today))) {
    return { kind: 'refetch-due', fetchedOn: current.today };
  }
  return wish.forced === true ? { kind: 'forced' } : undefined;
}

/**
 * Whether a stale version stands where this run had published its own, made with other code or from other tasks: by a run
 * of another configuration. To make it again would go on for as long as the other does the same.
 */
export function madeByAnotherConfiguration(facts: Facts): boolean {
  const { current, wish } = facts;
  if (current === undefined || wish.made === undefined || current.version <= wish.made) return false;
  const members = (inputs: Manifest['inputs']): string =>
    inputs
      .map(({ input, task }) => `${input} ${task}`)
      .sort()
      .join('\n');
  return current.codeDigest !== facts.codeDigest || members(current.inputs) !== members(facts.inputs);
}

/** The day of a load task that has just one; a day can be fetched once it is over. */
export function dayOf(task: Task): Day | undefined {
  if (task.definition.job?.kind !== 'load') return undefined;
  const names = dayParams(task.definition);
  const [name] = names;
  return names.length === 1 && name !== undefined ? (task.values[name] as Day | undefined) : undefined;
}

function dayParams(definition: TaskDefinition): readonly string[] {
  return Object.entries(definition.params).flatMap(([name, declared]) =>
    declared.kind === 'day' ? [name] : [],
  );
}

function refetchDue(task: Task, current: Manifest, today: Day): boolean {
  const { refetch } = task.definition;
  if (refetch === undefined) return false;
  if (refetch === 'always') return true;
  const day = dayOf(task);
  if (day === undefined) return false;
  const settled = addDays(day, refetch.days);
  return today <= settled || current.today < settled;
}

function changedInput(current: Manifest, inputs: readonly PinnedInput[]): Reason | undefined {
  const recorded = new Map(current.inputs.map((each) => [`${each.input} ${each.task}`, each]));
  for (const now of inputs) {
    const then = recorded.get(`${now.input} ${now.task}`);
    recorded.delete(`${now.input} ${now.task}`);
    if (then?.fingerprint !== now.fingerprint) {
      return { kind: 'input-changed', input: now.task, from: then?.version ?? null, to: now.version };
    }
  }
  for (const gone of recorded.values())
    return { kind: 'input-changed', input: gone.task, from: gone.version, to: null };
  return undefined;
}
