import type { Manifest } from './manifest.ts';
import type { AttemptRef } from './target.ts';
import { attemptPath, versionOfToken } from './target.ts';
import { splitTaskId } from './task.ts';

/**
 * What may become of an attempt that lies in a target:
 * - `named`: a manifest names files of it as parts;
 * - `dead`: its version exists and no manifest names a file of it, so that it can never publish;
 * - `expired`: it goes for a version that is not there yet, and was last written so long ago that no worker publishes it;
 * - `open`: it may still publish.
 */
export type AttemptFate = 'named' | 'dead' | 'expired' | 'open';

/** The versions of one task as far as they were read: every manifest from 1 to the newest that was listed. */
export interface ReadVersions {
  readonly newest: number;
  /** The folders of the attempts, below the target's root, that any of these versions names a file of. */
  readonly named: ReadonlySet<string>;
}

/** The versions of a task, from all of their manifests. */
export function readVersions(manifests: readonly Manifest[]): ReadVersions {
  return {
    newest: manifests.length,
    named: new Set(manifests.flatMap(({ parts }) => parts.map(({ path }) => folderOf(path)))),
  };
}

/** The version that an attempt goes for; undefined where its name is none that a worker gave. */
export function versionOfAttempt({ attempt }: AttemptRef): number | undefined {
  return versionOfToken(attempt);
}

/**
 * Decides what may become of an attempt; `expiredBeforeMs` is the time before which a last write is too old, if age counts.
 *
 * It does not matter when the attempts were listed and when the versions were read, nor what is published meanwhile: an
 * attempt at version v publishes by creating manifest v, which is created once, never changed and never removed. Where v was
 * not among the versions read, the attempt is open, whatever has happened since. Where it was, its whole content was read:
 * either it names files of the attempt, or it is another's (or named the parts of the version before), and then no later one
 * can name them, for a version names parts of its own attempt or of the version before only. What must not be is to learn
 * from one reading that a version exists and from another what it names: an attempt published between the two would count
 * as dead. So both come from the same manifests here.
 */
export function fateOf(
  attempt: AttemptRef,
  versions: ReadVersions,
  expiredBeforeMs: number | undefined,
): AttemptFate {
  const { name, segment } = splitTaskId(attempt.task);
  if (versions.named.has(attemptPath(name, segment, attempt.attempt))) return 'named';
  const version = versionOfAttempt(attempt);
  if (version === undefined) return 'open';
  if (version <= versions.newest) return 'dead';
  return expiredBeforeMs !== undefined && attempt.newestMs < expiredBeforeMs ? 'expired' : 'open';
}

/** The attempt's folder in the path of a part: its first four segments, with a slash at its end. */
function folderOf(path: string): string {
  return `${path.split('/', 4).join('/')}/`;
}
