import { createHash } from 'node:crypto';
import { DaybookError } from './errors.ts';
import type { Part } from './manifest.ts';
import type { Target } from './target.ts';

/** Whether all of `parts` are there, byte for byte. Reads each to its end or to the first that is damaged. */
export async function areWhole(target: Target, parts: readonly Part[]): Promise<boolean> {
  for (const part of parts) if (!(await isWhole(target, part))) return false;
  return true;
}

async function isWhole(target: Target, part: Part): Promise<boolean> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of target.read(part)) hash.update(chunk);
  } catch (error) {
    if (error instanceof DaybookError && error.code === 'part-damaged') return false;
    throw error;
  }
  return hash.digest('hex') === part.sha256;
}
