import { canonicalJson } from './digest.ts';
import type { Manifest, Part } from './manifest.ts';
import { filesFingerprint } from './sql/fingerprint.ts';
import { attemptPath } from './target.ts';
import type { Finding } from './verify.ts';

/**
 * What the fingerprint of a version is made of: the rows of a derived table, the contents of named files, or the raw bytes
 * that a loaded table came from. Those are not kept, so that one cannot be made again.
 */
export type FingerprintedFrom = 'rows' | 'files' | 'raw bytes';

export function fingerprintedFrom({ output, source }: Manifest): FingerprintedFrom {
  if (output.kind === 'files') return 'files';
  return source === undefined ? 'rows' : 'raw bytes';
}

/** Versions with the same parts and the same declaration: what is read of one is read of all. */
export function sameContents(manifests: Iterable<Manifest>): readonly (readonly [Manifest, ...Manifest[]])[] {
  const groups = new Map<string, [Manifest, ...Manifest[]]>();
  for (const manifest of manifests) {
    const key = canonicalJson([manifest.output, manifest.parts.map(({ path }) => path)]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [manifest]);
    else group.push(manifest);
  }
  return [...groups.values()];
}

/** The fingerprint of named files, from the SHA-256 of each as it was read now; undefined where one could not be. */
export function readFilesFingerprint(
  parts: readonly Part[],
  sha256Of: (part: Part) => string | undefined,
): string | undefined {
  const files = parts.map((part) => ({ name: nameInAttempt(part), sha256: sha256Of(part) ?? '' }));
  return files.some(({ sha256 }) => sha256 === '') ? undefined : filesFingerprint(files);
}

/** What making a fingerprint again gave, or why what is stored cannot be read as it is declared. */
export type MadeFingerprint = { readonly fingerprint: string } | { readonly unreadable: string };

/** Holds a fingerprint made again against the one that a version recorded. */
export function verifyFingerprint(manifest: Manifest, made: MadeFingerprint): readonly Finding[] {
  const { task, version, parts, fingerprint } = manifest;
  const find = (what: string): readonly Finding[] => [{ kind: 'fingerprint-differs', task, version, what }];
  const where = parts.map(({ path }) => path).join(', ');
  if ('unreadable' in made) return find(`The rows of ${where} cannot be read: ${made.unreadable}`);
  if (made.fingerprint === fingerprint) return [];
  const of = manifest.output.kind === 'files' ? 'names and contents' : 'rows';
  return find(
    `The ${of} of ${where} have the fingerprint ${made.fingerprint} and were published with ${fingerprint}.`,
  );
}

function nameInAttempt({ path }: Part): string {
  const [name = '', , segment = '', attempt = ''] = path.split('/');
  return path.slice(attemptPath(name, segment, attempt).length);
}
