import type { Manifest } from './manifest.ts';
import { manifestBytes, parseManifest } from './manifest.ts';
import type { Target } from './target.ts';

/**
 * Publishes a version: creates its manifest if there is none, the one atomic step. When the version is taken, the manifest
 * there is read: one's own attempt means that only the answer was lost. Else somebody was first: decide again.
 */
export async function publish(target: Target, manifest: Manifest): Promise<'published' | 'superseded'> {
  const { task, version } = manifest;
  const answer = await target.createManifest(task, version, manifestBytes(manifest));
  if (answer === 'created') return 'published';
  const there = await target.readManifest(task, version);
  const own = there !== undefined && parseManifest(there, task, version).attempt === manifest.attempt;
  return own ? 'published' : 'superseded';
}
