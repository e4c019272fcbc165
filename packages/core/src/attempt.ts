import { randomBytes } from 'node:crypto';
import type { Day } from './calendar.ts';
import type { ControlResult } from './control.ts';
import { assert } from './assert.ts';
import type { BatchPlace } from './batch.ts';
import type { Cost } from './cost.ts';
import type { Reason, Wish } from './decide.ts';
import { dayOf, madeByAnotherConfiguration, staleReason } from './decide.ts';
import type { ErrorReport } from './errors.ts';
import { DaybookError, reportOf } from './errors.ts';
import type { GraphNode } from './graph.ts';
import { inParallel } from './manifest-store.ts';
import type { ManifestStore, StoredManifest } from './manifest-store.ts';
import type { Base, PinnedManifest } from './next-manifest.ts';
import { isUnverified, nextManifest, sameContent } from './next-manifest.ts';
import { isExternal } from './plan.ts';
import { publish } from './publish.ts';
import type { Outcome, RunContext, Work } from './runner.ts';
import { attemptToken } from './target.ts';
import type { TaskId } from './task.ts';
import { tasksOf } from './task.ts';
import { areWhole } from './whole-parts.ts';

/** How an attempt ended, and what it cost where that is known. Each attempt ends once. */
export type AttemptEnd = { readonly cost?: Cost } & (
  | {
      readonly kind: 'published' | 'unchanged';
      readonly version: number;
      readonly reason: Reason;
      readonly rows: number;
      readonly unverified?: boolean;
    }
  | { readonly kind: 'fresh' }
  | { readonly kind: 'waiting'; readonly for: string }
  /** Somebody published first, or inputs disagree: `disagreeing` must be decided again before this task is. */
  | { readonly kind: 'superseded'; readonly disagreeing: readonly TaskId[] }
  | { readonly kind: 'failed'; readonly fault: 'task' | 'infrastructure'; readonly error: ErrorReport }
  | { readonly kind: 'blocked'; readonly controls: readonly ControlResult[]; readonly stage: string }
  | { readonly kind: 'timed-out' }
  | { readonly kind: 'crashed'; readonly error: ErrorReport }
  | { readonly kind: 'lost' }
  | { readonly kind: 'cancelled' }
);

/** Whether somebody may have to see to what an attempt came to. */
export function isBadEnd(end: AttemptEnd): boolean {
  return 'error' in end || end.kind === 'blocked' || end.kind === 'timed-out' || end.kind === 'lost';
}

/** What one attempt is made from. */
export interface AttemptPlan {
  readonly id: string;
  readonly node: GraphNode;
  /** Where it runs, by itself or with others. */
  readonly place: BatchPlace;
  readonly wish: Wish;
  readonly codeDigest: string;
  readonly signal: AbortSignal;
}

/** The surroundings of all attempts of one worker. */
export interface AttemptContext extends Omit<RunContext, 'today'> {
  readonly store: ManifestStore;
  readonly today: Day;
  nowMs(): number;
}

/** A new attempt's id: 128 random bits as 32 hex digits. */
export function newAttemptId(): string {
  return randomBytes(16).toString('hex');
}

/** A worker does not publish what an attempt older than this has made: `gc` may have taken its parts. */
const attemptLifeMs = 24 * 3_600_000;

/**
 * One try at one task: fixes the version it goes for, reads the inputs, decides, runs, makes durable, publishes, in this
 * order, so that the inputs of a version were all read after the version before it existed. Never throws.
 */
export async function attempt(plan: AttemptPlan, context: AttemptContext): Promise<AttemptEnd> {
  try {
    return await tryOnce(plan, context);
  } catch (error) {
    if (plan.signal.aborted) return { kind: 'cancelled' };
    const report = reportOf(error);
    return {
      kind: 'failed',
      fault: report.code === 'target-failed' ? 'infrastructure' : 'task',
      error: report,
    };
  } finally {
    plan.place.leave();
  }
}

async function tryOnce(plan: AttemptPlan, context: AttemptContext): Promise<AttemptEnd> {
  const { node, codeDigest, wish } = plan;
  const { task } = node;
  const startMs = context.nowMs();
  const current = await context.store.current(task.id);
  const inputs = await pin(node, context.store);
  if (inputs === undefined)
    return againEnd(node, await unpublished(node, context.store), 'which another project publishes');
  const disagreeing = disagreements(inputs);
  if (disagreeing.length > 0)
    return againEnd(node, disagreeing, 'which another project made from an input that has changed since');
  const facts = { task, codeDigest, current: current?.manifest, inputs, today: context.today, wish };
  const reason = staleReason(facts);
  if (reason === undefined) return { kind: 'fresh' };
  if (current !== undefined && madeByAnotherConfiguration(facts))
    throw anotherConfiguration(current, context);
  const day = dayOf(task);
  if (day !== undefined && day >= context.today)
    return { kind: 'waiting', for: `${day} to be over (today is ${context.today})` };
  // Force makes good what is damaged, so it looks before it names old parts again; else their readers find out.
  const forced = wish.forced === true && current !== undefined && current.manifest.version <= wish.seen;
  const reusable = !forced || (await areWhole(context.target, current.manifest.parts));
  const base = { current, inputs, reason, startMs, reusable };
  const outcome = await plan.place.run(workOf(plan, context, base));
  const end = await endOf(outcome, plan, context, base);
  return outcome.cost === undefined ? end : { ...end, cost: outcome.cost };
}

async function pin(node: GraphNode, store: ManifestStore): Promise<readonly PinnedManifest[] | undefined> {
  const wanted = Object.entries(node.inputs).flatMap(([input, given]) =>
    given.definition.output === undefined ? [] : tasksOf(given).map(({ id }) => ({ input, id })),
  );
  const pinned: (PinnedManifest | undefined)[] = [];
  await inParallel([...wanted.entries()], 16, async ([index, { input, id }]) => {
    const stored = await store.current(id);
    if (stored === undefined) return;
    const { version, fingerprint } = stored.manifest;
    pinned[index] = { input, task: id, version, fingerprint, manifest: stored.manifest };
  });
  const found = wanted.map((_, index) => pinned[index]);
  return found.every((each) => each !== undefined) ? found : undefined;
}

async function unpublished(node: GraphNode, store: ManifestStore): Promise<readonly TaskId[]> {
  const missing: TaskId[] = [];
  for (const input of Object.values(node.inputs)) {
    if (input.definition.output === undefined) continue;
    for (const { id } of tasksOf(input)) if ((await store.current(id)) === undefined) missing.push(id);
  }
  return [...new Set(missing)];
}

/** The pinned inputs that were made from another fingerprint of a task that is pinned too. */
function disagreements(inputs: readonly PinnedManifest[]): readonly TaskId[] {
  const pinned = new Map(inputs.map((each) => [each.task, each.fingerprint]));
  const disagrees = (input: PinnedManifest): boolean =>
    input.manifest.inputs.some((each) => pinned.has(each.task) && pinned.get(each.task) !== each.fingerprint);
  return [...new Set(inputs.filter(disagrees).map((each) => each.task))];
}

/** The inputs that must be decided again first; one of another project is not decided here, and so is waited for. */
function againEnd(node: GraphNode, disagreeing: readonly TaskId[], external: string): AttemptEnd {
  const tasks = Object.values(node.inputs).flatMap((input) => tasksOf(input));
  const theirs = tasks.find((task) => disagreeing.includes(task.id) && isExternal(task.definition));
  if (theirs === undefined) return { kind: 'superseded', disagreeing };
  return { kind: 'waiting', for: `${theirs.id}, ${external}` };
}

function workOf(plan: AttemptPlan, context: AttemptContext, base: Base): Work {
  const { task } = plan.node;
  const { current, inputs, reusable } = base;
  const { job, timeoutMs } = task.definition;
  assert(job, `${task.id} has no job and is never attempted.`);
  const token = attemptToken((current?.manifest.version ?? 0) + 1, plan.id);
  return {
    task,
    attempt: token,
    job,
    declared: plan.node.inputs,
    inputs: inputs.map(({ input, task: id, version, fingerprint, manifest }) => ({
      input,
      task: id,
      version,
      fingerprint,
      parts: manifest.parts,
    })),
    stage: context.target.stage(task.id, token),
    // Without its code's digest nothing is asked for as "not modified".
    ...(current === undefined
      ? {}
      : { current: reusable ? current.manifest : { ...current.manifest, codeDigest: '' } }),
    codeDigest: plan.codeDigest,
    signal: plan.signal,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}

async function endOf(
  outcome: Outcome,
  plan: AttemptPlan,
  context: AttemptContext,
  base: Base,
): Promise<AttemptEnd> {
  if (outcome.kind === 'blocked') {
    const stage = context.target.stage(plan.node.task.id, outcome.attempt).uri;
    return { kind: 'blocked', controls: outcome.controls, stage };
  }
  if (outcome.kind !== 'staged' && outcome.kind !== 'not-modified') {
    if (outcome.kind === 'failed' && (await isTaken(plan, context, base)))
      return { kind: 'superseded', disagreeing: [] };
    const { attempt: _, ...end } = outcome;
    return end;
  }
  if (plan.signal.aborted) return { kind: 'cancelled' };
  if (context.nowMs() - base.startMs > attemptLifeMs) {
    const message = `The attempt at ${plan.node.task.id} took over 24 hours and is not published: run it again.`;
    return { kind: 'failed', fault: 'infrastructure', error: { code: 'attempt-expired', message } };
  }
  if (outcome.kind === 'not-modified' && !mayBeUnmodified(plan, base)) throw notAskedFor(plan.node);
  const manifest = nextManifest(outcome, plan, context, base);
  const published = await publish(context.target, manifest);
  if (published === 'superseded') return { kind: 'superseded', disagreeing: [] };
  context.store.keep(manifest);
  const old = base.current?.manifest;
  return {
    kind: old !== undefined && sameContent(old, manifest) ? 'unchanged' : 'published',
    version: manifest.version,
    reason: base.reason,
    rows: manifest.rows,
    ...(isUnverified(manifest.source) ? { unverified: true } : {}),
  };
}

/** Whether somebody published the version that an attempt goes for: `gc` may then have taken the files that its job missed. */
async function isTaken(
  { node }: AttemptPlan,
  { target }: AttemptContext,
  { current }: Base,
): Promise<boolean> {
  return (await target.currentVersion(node.task.id)) > (current?.manifest.version ?? 0);
}

/** Rows that other code made are not those that the code now would make, whatever the source says. */
function mayBeUnmodified(plan: AttemptPlan, { current, reusable }: Base): boolean {
  return reusable && current?.manifest.codeDigest === plan.codeDigest;
}

function anotherConfiguration({ manifest }: StoredManifest, { target }: AttemptContext): DaybookError {
  return new DaybookError(
    'config-invalid',
    `${manifest.task} was published by this run, and since then by another, as version ${manifest.version}, with another configuration: two share ${target.name}. Let one of them end, then run again.`,
  );
}

function notAskedFor({ task }: GraphNode): DaybookError {
  return new DaybookError(
    'job-failed',
    `The fetch function of ${task.id} says "not modified" and was not asked: it may say so only where it is given \`previous\`.`,
  );
}
