import type { Manifest, Target } from '@daybook/core';
import { manifestStore } from '@daybook/core';
import type { AttemptTold } from './state-kept.ts';

/** Whoever publishes may be killed or given up before it can say so. */
const mayHavePublished = new Set(['published', 'unchanged', 'lost']);

/** Versions that no attempt of the journal may have made, and older results over newer ones. */
export async function wrongVersions(
  target: Target,
  ended: readonly AttemptTold[],
): Promise<readonly string[]> {
  const store = manifestStore(target);
  const endOf = new Map(ended.map(({ attempt, end }) => [attempt, end.kind]));
  const wrong: string[] = [];
  for await (const name of target.taskNames()) {
    for await (const { task, version } of target.currentVersions(name)) {
      let before: Manifest | undefined;
      for (let each = 1; each <= version; each += 1) {
        const { manifest } = await store.read(task, each);
        const kind = endOf.get(idOf(manifest)) ?? 'unknown';
        if (!mayHavePublished.has(kind))
          wrong.push(`version ${each} of ${task} is of ${manifest.attempt}, which is ${kind}`);
        if (before !== undefined) wrong.push(...goneBack(before, manifest));
        before = manifest;
      }
    }
  }
  return wrong;
}

/** Inputs of a version that are older than those of the version before. */
function goneBack(before: Manifest, after: Manifest): readonly string[] {
  const versions = new Map(before.inputs.map(({ task, version }) => [task, version]));
  return after.inputs
    .filter(({ task, version }) => version < (versions.get(task) ?? 0))
    .map(
      ({ task, version }) =>
        `version ${after.version} of ${after.task} is made of version ${version} of ${task}, and the one before of ${versions.get(task)}`,
    );
}

/** The token of an attempt ends with its id. */
export function idOf({ attempt }: { readonly attempt: string }): string {
  return attempt.slice(attempt.indexOf('-') + 1);
}
