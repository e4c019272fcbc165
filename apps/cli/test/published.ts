import { createHash } from 'node:crypto';
import type { Manifest, Target } from '@daybook/core';
import { journalRuns, manifestStore, readJournal } from '@daybook/core';

/**
 * What stands in a target as current: of each task its fingerprint and, of files for people, the digest of their bytes as they
 * are read now. With `everyByte` of tables too: one engine with one thread writes the same rows as the same bytes.
 */
export async function publishedIn(target: Target, everyByte = false): Promise<ReadonlyMap<string, string>> {
  const names: string[] = [];
  for await (const name of target.taskNames()) names.push(name);
  const current = await manifestStore(target).currentOf(names, () => true);
  const found = new Map<string, string>();
  for (const [task, manifest] of current)
    found.set(task, `${manifest.fingerprint}${await bytesOf(target, manifest, everyByte)}`);
  return found;
}

/** What stands in a target otherwise than in another one that was left in peace: each task that does. */
export function different(
  right: ReadonlyMap<string, string>,
  there: ReadonlyMap<string, string>,
): readonly string[] {
  const tasks = [...new Set([...right.keys(), ...there.keys()])];
  return tasks
    .filter((task) => right.get(task) !== there.get(task))
    .map(
      (task) => `${task} is ${there.get(task) ?? 'missing'}; left in peace, ${right.get(task) ?? 'missing'}`,
    );
}

async function bytesOf(target: Target, manifest: Manifest, everyByte: boolean): Promise<string> {
  if (manifest.output.kind !== 'files' && !everyByte) return '';
  const hash = createHash('sha256');
  for (const part of manifest.parts) for await (const chunk of target.read(part)) hash.update(chunk);
  return ` ${hash.digest('hex')}`;
}

/** An attempt that whoever decides was told the end of. */
export interface ToldEnd {
  readonly task: string;
  readonly attempt: string;
  readonly end: { readonly kind: string; readonly version?: number };
}

/** What runs noted in their journals as published and is not what stands there. */
export async function lostResults(stateFolder: string, target: Target): Promise<readonly string[]> {
  const told = journalRuns(stateFolder).flatMap((run) =>
    readJournal(stateFolder, run).filter((entry) => entry.kind === 'attempt-ended'),
  );
  return await lostAmong(told, target);
}

/** What was told of as published and is not what stands there: whoever told it had heard that its create had succeeded. */
export async function lostAmong(told: readonly ToldEnd[], target: Target): Promise<readonly string[]> {
  const store = manifestStore(target);
  const lost: string[] = [];
  for (const { task, attempt, end } of told) {
    if ((end.kind !== 'published' && end.kind !== 'unchanged') || end.version === undefined) continue;
    const { manifest } = await store.read(task, end.version);
    if (!manifest.attempt.endsWith(attempt))
      lost.push(
        `version ${end.version} of ${task} is of ${manifest.attempt}, and ${attempt} had published it`,
      );
  }
  return lost;
}
