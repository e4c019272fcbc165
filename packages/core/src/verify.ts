import { DaybookError } from './errors.ts';
import type { Manifest, Part } from './manifest.ts';
import { chainDigest, parseManifest } from './manifest.ts';
import { attemptPath, versionText } from './target.ts';
import type { TaskId } from './task.ts';
import { splitTaskId } from './task.ts';

/** In what way something that is stored is not what it should be. */
export type FindingKind =
  | 'version-missing'
  | 'manifest-invalid'
  | 'chain-broken'
  | 'attempt-disagrees'
  | 'input-missing'
  | 'input-differs'
  | 'part-damaged'
  | 'fingerprint-differs';

/** One thing that is wrong with one version: what it is, in a sentence that names the place. */
export interface Finding {
  readonly kind: FindingKind;
  readonly task: TaskId;
  readonly version: number;
  readonly what: string;
}

/** The versions of one task that can be read, by number, and what is wrong with their chain. */
export interface VerifiedChain {
  readonly manifests: ReadonlyMap<number, Manifest>;
  readonly findings: readonly Finding[];
}

/**
 * Holds the versions of a task against each other: none is missing, each can be read, each names the digest of the one
 * before, and the parts of each are of its own attempt or those of the version before. `versions` are the bytes of version
 * 1, 2, 3 … in order, undefined where the target has none. That the newest versions are gone cannot be seen here.
 */
export function verifyChain(task: TaskId, versions: readonly (Uint8Array | undefined)[]): VerifiedChain {
  const manifests = new Map<number, Manifest>();
  const findings: Finding[] = [];
  for (const [index, bytes] of versions.entries()) {
    const version = index + 1;
    const find = (kind: FindingKind, what: string): void => void findings.push({ kind, task, version, what });
    if (bytes === undefined) {
      find('version-missing', `There is a version ${versions.length} and no version ${version}.`);
      continue;
    }
    const manifest = readOrFind(bytes, task, version, find);
    if (manifest === undefined) continue;
    manifests.set(version, manifest);
    const before = versions[index - 1];
    const previous = before === undefined ? null : chainDigest(before);
    if ((index === 0 || before !== undefined) && manifest.previous !== previous) {
      find(
        'chain-broken',
        `It names ${manifest.previous ?? 'no digest'} as the digest of the version before, which is ${previous ?? 'none'}.`,
      );
    }
    verifyAttempt(manifest, manifests.get(version - 1), find);
  }
  return { manifests, findings };
}

/** Holds the inputs that a version recorded against the versions of those tasks. `lookUp` gives a version, if it is there. */
export function verifyInputs(
  manifest: Manifest,
  lookUp: (task: TaskId, version: number) => Pick<Manifest, 'fingerprint'> | undefined,
): readonly Finding[] {
  return manifest.inputs.flatMap(({ task, version, fingerprint }): readonly Finding[] => {
    const there = lookUp(task, version);
    if (there?.fingerprint === fingerprint) return [];
    const place = { task: manifest.task, version: manifest.version };
    if (there === undefined)
      return [
        {
          kind: 'input-missing',
          ...place,
          what: `It was made from version ${version} of ${task}, which cannot be read.`,
        },
      ];
    const what = `It was made from version ${version} of ${task} with the fingerprint ${fingerprint}, and that has ${there.fingerprint}.`;
    return [{ kind: 'input-differs', ...place, what }];
  });
}

/** What reading a part as a whole gave: what was read, or why it could not be. */
export type ReadPart = { readonly bytes: number; readonly sha256: string } | { readonly unreadable: string };

/** Holds a part, as read, against what the version that it belongs to recorded. */
export function verifyPart(
  manifest: Pick<Manifest, 'task' | 'version'>,
  part: Part,
  read: ReadPart,
): readonly Finding[] {
  const find = (what: string): readonly Finding[] => [
    { kind: 'part-damaged', task: manifest.task, version: manifest.version, what },
  ];
  if ('unreadable' in read) return find(read.unreadable);
  if (read.bytes !== part.bytes)
    return find(`The part ${part.path} has ${read.bytes} bytes instead of ${part.bytes}.`);
  return read.sha256 === part.sha256
    ? []
    : find(`The part ${part.path} has the SHA-256 ${read.sha256} instead of ${part.sha256}.`);
}

/** Every part that some versions name, once, with the first version that names it. */
export function distinctParts(
  manifests: Iterable<Manifest>,
): readonly { readonly manifest: Manifest; readonly part: Part }[] {
  const parts = new Map<string, { readonly manifest: Manifest; readonly part: Part }>();
  for (const manifest of manifests) {
    for (const part of manifest.parts) if (!parts.has(part.path)) parts.set(part.path, { manifest, part });
  }
  return [...parts.values()];
}

type Find = (kind: FindingKind, what: string) => void;

function readOrFind(bytes: Uint8Array, task: TaskId, version: number, find: Find): Manifest | undefined {
  try {
    return parseManifest(bytes, task, version);
  } catch (error) {
    if (!(error instanceof DaybookError)) throw error;
    find('manifest-invalid', error.message);
    return undefined;
  }
}

function verifyAttempt(manifest: Manifest, before: Manifest | undefined, find: Find): void {
  const { task, version, attempt, parts } = manifest;
  if (!attempt.startsWith(`${versionText(version)}-`)) {
    find('attempt-disagrees', `Its attempt ${attempt} went for another version.`);
  }
  const { name, segment } = splitTaskId(task);
  const own = attemptPath(name, segment, attempt);
  const old = new Map((before?.parts ?? []).map((part) => [part.path, part.sha256]));
  for (const part of parts) {
    if (part.path.startsWith(own) || old.get(part.path) === part.sha256) continue;
    find(
      'attempt-disagrees',
      `The part ${part.path} is neither of its attempt ${attempt} nor one of the version before.`,
    );
  }
}
