/** One file of the cache: how much of the disk it takes, and when it was last used, in ms since 1970. */
export interface CacheEntry {
  readonly name: string;
  readonly bytes: number;
  readonly usedMs: number;
}

/** Of a cache that is too large so many are evicted that it is not too large again at once. */
const keptShare = 0.9;

/** The entries to remove, least recently used first, so that those that stay take at most `limitBytes`; none if they do. */
export function entriesToEvict(entries: readonly CacheEntry[], limitBytes: number): readonly CacheEntry[] {
  let bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  if (bytes <= limitBytes) return [];
  const evicted: CacheEntry[] = [];
  for (const entry of [...entries].sort((a, b) => a.usedMs - b.usedMs)) {
    if (bytes <= limitBytes * keptShare) break;
    evicted.push(entry);
    bytes -= entry.bytes;
  }
  return evicted;
}

/** Whether a name is that of an entry or of one half copied. Other files in the folder are no business of the cache. */
export function isEntryName(name: string): boolean {
  return /^[0-9a-f]{64}(-footer|-[0-9a-f]{64})?$|^temporary-[0-9a-f-]{36}$/.test(name);
}
