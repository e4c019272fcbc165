import { newAttemptId } from './attempt.ts';

/** The ids that a worker asks with: each is used once, and asked with until something is heard of it. */
export interface AttemptIds {
  /** Ids for so many slots, those that were not used before first. */
  for(free: number): { readonly attempts: readonly string[]; readonly more: readonly string[] };
  used(ids: readonly string[]): void;
  /** All that were asked with and brought nothing that was heard of. */
  unused(): readonly string[];
}

/** Ids for a worker whose runners take at most `batchMax` tasks at once. */
export function attemptIds(batchMax: number): AttemptIds {
  let attempts: string[] = [];
  let more: string[] = [];
  return {
    for(free) {
      attempts = topped(attempts, free);
      more = topped(more, free * (batchMax - 1));
      return { attempts, more };
    },
    used(ids) {
      const used = new Set(ids);
      attempts = attempts.filter((id) => !used.has(id));
      more = more.filter((id) => !used.has(id));
    },
    unused: () => [...attempts, ...more],
  };
}

/** As many ids as there is room for, those known first. */
function topped(ids: readonly string[], room: number): string[] {
  const kept = ids.slice(0, Math.max(0, room));
  while (kept.length < room) kept.push(newAttemptId());
  return kept;
}
