import type { CheckedConfig, Day, Planned, Prepared, Task } from '@daybook/core';
import { planOf, prepare } from '@daybook/core';

/**
 * The tasks as they are now, planned as if nothing were to be fetched again: a version counts as one that fulfils its
 * refetch, so `refetch-due` alone makes nothing stale.
 */
export async function lookAt(config: CheckedConfig, roots: readonly Task[], today: Day): Promise<Prepared> {
  const prepared = await prepare(config, { roots, today });
  return { ...prepared, plan: planOf({ ...prepared, wish: () => ({ seen: 0 }) }) };
}

/** What is said of an output that is published and not fresh; undefined when it is fresh. */
export function staleOf(
  planned: Planned | undefined,
): Exclude<Planned, { readonly kind: 'fresh' }> | undefined {
  return planned === undefined || planned.kind === 'fresh' ? undefined : planned;
}

/** Why an output is stale, by its word: the reason, or what lies above. */
export function staleWord(planned: Planned): string {
  if (planned.kind === 'run') return planned.reason.kind;
  return planned.kind;
}
