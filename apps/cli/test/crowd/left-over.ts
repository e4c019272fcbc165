import { existsSync, globSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Ended, ProcessGroup } from '../process-group.ts';
import type { AttemptTold } from './state-kept.ts';
import { idOf } from './versions-made.ts';

type Start = (words: readonly string[]) => ProcessGroup;

interface GcDocument {
  readonly attempts: readonly { readonly attempt: string }[];
  readonly staying: readonly { readonly attempt: string }[];
}

/** What `gc` finds in the folder of data and no attempt of the journal has left, or what it leaves. */
export async function wrongLeftovers(
  start: Start,
  data: string,
  ended: readonly AttemptTold[],
): Promise<readonly string[]> {
  const known = new Set(ended.map(({ attempt }) => attempt));
  const half = halfManifests(data);
  const first = await start(['gc', '--delete', '--json']).ended;
  const last = await start(['gc', '--json']).ended;
  const failed = [first, last].filter(({ code }) => code !== 0);
  if (failed.length > 0) return failed.map(({ code, text }) => `gc exits ${code}: ${text}`);
  const { attempts, staying } = documentOf(first);
  return [
    ...[...attempts, ...staying]
      .filter((each) => !known.has(idOf(each)) && !half.has(each.attempt))
      .map(({ attempt }) => `gc finds ${attempt}, which nobody began`),
    ...documentOf(last).attempts.map(({ attempt }) => `gc left ${attempt}`),
  ];
}

/** A manifest is written under the name of an attempt of its own, a file, before it is linked: it is left by who is killed then. */
function halfManifests(data: string): ReadonlySet<string> {
  const paths = globSync('*/attempts/*/*', { cwd: data });
  return new Set(paths.filter((path) => statSync(join(data, path)).isFile()).map((path) => basename(path)));
}

function documentOf({ text }: Ended): GcDocument {
  return JSON.parse(text) as GcDocument;
}

/** What processes keep on the local disk while they live, and left there. Node has a cache of its own beside it. */
export function scratchLeft(folder: string): readonly string[] {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.filter((name) => name.startsWith('daybook-')).map((name) => `${join(folder, name)} is left`);
}
