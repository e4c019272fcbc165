import { fileURLToPath } from 'node:url';
import type { Part, Target } from '@daybook/core';
import { assert } from '@daybook/core';
import type { FooterFile, PartSource } from './part-files.ts';
import { columnsFile, footerFile, keptWhole, wholeFile } from './part-files.ts';

/** Parts as files on the local disk. */
export interface LocalParts {
  /** The local path of each part, by its own. */
  readonly paths: ReadonlyMap<string, string>;
  /** Those of the local paths where there is a footer and no column yet. */
  readonly footers: readonly string[];
  /** Brings these columns of those parts, or all: the path of a file that has them, by the path of the footer. */
  columns(names: readonly string[] | undefined): Promise<ReadonlyMap<string, string>>;
}

/** A part of so few bytes is fetched whole: asking twice would take longer. */
const smallPartBytes = 1024 * 1024;

/** So many parts are fetched at once. */
const partsAtOnce = 4;

/**
 * The local path of each part: where it is, in a folder, if its size is right; else of a file in the source's folder. With
 * `columns`, of a large Parquet part only the footer is fetched, until it is told which columns are needed.
 */
export async function localParts(
  parts: readonly Part[],
  source: PartSource,
  options: { readonly columns: boolean },
): Promise<LocalParts> {
  const distinct = [...new Map(parts.map((part) => [part.path, part])).values()];
  if (source.target.name.startsWith('file:')) return wholeParts(await folderPaths(source.target, distinct));
  const fetch = options.columns ? footerOrWhole : wholeFile;
  const found = await eachOf(distinct, async (part) => [part.path, await fetch(part, source)] as const);
  const footers = found.flatMap(([, file]) => (typeof file === 'string' ? [] : [file]));
  return {
    paths: new Map(found.map(([part, file]) => [part, typeof file === 'string' ? file : file.path])),
    footers: footers.map((file) => file.path),
    columns: async (names) =>
      new Map(
        await eachOf(footers, async (file) => {
          const path = names === undefined ? wholeFile(file.part, source) : columnsFile(file, names, source);
          return [file.path, await path] as const;
        }),
      ),
  };
}

async function footerOrWhole(part: Part, source: PartSource): Promise<string | FooterFile> {
  if (part.bytes <= smallPartBytes || !part.path.endsWith('.parquet')) return await wholeFile(part, source);
  const kept = await keptWhole(part, source);
  return kept ?? (await footerFile(part, source)) ?? (await wholeFile(part, source));
}

function wholeParts(paths: ReadonlyMap<string, string>): LocalParts {
  return { paths, footers: [], columns: async () => new Map() };
}

async function folderPaths(target: Target, parts: readonly Part[]): Promise<ReadonlyMap<string, string>> {
  const paths = new Map<string, string>();
  for (const part of parts) {
    for await (const _ of target.read(part, [])) assert(false, 'No bytes were asked for.');
    const below = part.path.split('/').map(encodeURIComponent).join('/');
    paths.set(part.path, fileURLToPath(new URL(below, target.name)));
  }
  return paths;
}

/**
 * What each item gives, in their order, a few at once; when one fails no more are begun, and all have ended before it is
 * told.
 */
async function eachOf<Item, Result>(
  items: readonly Item[],
  act: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const failures: unknown[] = [];
  const left = [...items.entries()];
  const next = async (): Promise<void> => {
    for (let entry = left.shift(); entry !== undefined && failures.length === 0; entry = left.shift()) {
      const [index, item] = entry;
      try {
        results[index] = await act(item);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: partsAtOnce }, next));
  if (failures.length > 0) throw failures[0];
  return results;
}
