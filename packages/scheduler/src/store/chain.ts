import { createHash } from 'node:crypto';
import type { Entry } from './store.ts';

/** The digest of an entry and of all before it, so that none can be changed, dropped or put between unseen. */
export function chained(before: string, { seq, atMs, request, answer }: Entry): string {
  return digestOf(`${before}\n${seq}\n${atMs}\n${answer}\n${request}`);
}

export function snapshotDigest(chain: string, state: string): string {
  return digestOf(`${chain}\n${state}`);
}

/** Half of a SHA-256: it guards against accidents, not against people. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
