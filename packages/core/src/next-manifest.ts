import type { AttemptContext, AttemptPlan } from './attempt.ts';
import { assert } from './assert.ts';
import { declarationOf } from './code-digest.ts';
import type { PinnedInput, Reason } from './decide.ts';
import { canonicalJson } from './digest.ts';
import type { StoredManifest } from './manifest-store.ts';
import type { Manifest } from './manifest.ts';
import type { Outcome } from './runner.ts';

/** What an attempt has fixed and read before it runs. */
export interface Base {
  readonly current: StoredManifest | undefined;
  readonly inputs: readonly PinnedManifest[];
  readonly reason: Reason;
  readonly startMs: number;
  /** Whether a version that came out the same may name the parts of the current one. */
  readonly reusable: boolean;
}

export interface PinnedManifest extends PinnedInput {
  readonly manifest: Manifest;
}

/** The manifest of the version that an attempt goes for. What came out the same names the old parts. */
export function nextManifest(
  outcome: Outcome & { readonly kind: 'staged' | 'not-modified' },
  plan: AttemptPlan,
  context: AttemptContext,
  base: Base,
): Manifest {
  const { task } = plan.node;
  const old = base.current?.manifest;
  const { output } = task.definition;
  assert(output, `${task.id} has no output and is never published.`);
  const declaration = declarationOf(output);
  const made = outcome.kind === 'staged' ? outcome : undefined;
  assert(made ?? old, `${task.id} is said to be not modified, and there is no version of it.`);
  const same =
    old !== undefined &&
    (made === undefined ||
      (base.reusable &&
        made.fingerprint === old.fingerprint &&
        canonicalJson(old.output) === canonicalJson(declaration)));
  const content = same ? old : (made as NonNullable<typeof made>);
  const source = outcome.source;
  return {
    format: 1,
    task: task.id,
    version: (old?.version ?? 0) + 1,
    previous: base.current?.digest ?? null,
    attempt: outcome.attempt,
    publishedAt: new Date(context.nowMs()).toISOString(),
    today: context.today,
    reason: base.reason,
    codeDigest: plan.codeDigest,
    output: declaration,
    ...(source === undefined ? {} : { source }),
    inputs: base.inputs.map(({ input, task: id, version, fingerprint }) => ({
      input,
      task: id,
      version,
      fingerprint,
    })),
    parts: content.parts,
    rows: content.rows,
    fingerprint: content.fingerprint,
    controls: (made ?? old)?.controls ?? [],
    runner: outcome.runner,
    durationMs: Math.round(context.nowMs() - base.startMs),
    ...(outcome.cost === undefined ? {} : { cost: outcome.cost }),
  };
}

/** Whether the next version has the content and the parts of the one before. */
export function sameContent(old: Manifest, next: Manifest): boolean {
  return (
    old.fingerprint === next.fingerprint &&
    old.parts.length === next.parts.length &&
    old.parts.every((part, index) => part.path === next.parts[index]?.path)
  );
}

/** Whether a load job said that there was nothing to hold the day against. */
export function isUnverified(source: Manifest['source']): boolean {
  return (
    typeof source === 'object' && source !== null && 'unverified' in source && source.unverified === true
  );
}
