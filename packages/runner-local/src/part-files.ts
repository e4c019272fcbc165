import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Part, Range, Target } from '@daybook/core';
import { DaybookError, sha256 } from '@daybook/core';
import type { Footer } from './column-ranges.ts';
import { columnRanges, columnsIn, rangesBytes } from './column-ranges.ts';
import { footerLength, parseFooter, tailBytes } from './parquet-footer.ts';
import type { PartCache } from './part-cache.ts';
import type { Pieces } from './sparse-file.ts';
import { writeSparseFile } from './sparse-file.ts';

/** Where parts come from, and where the files for them go. */
export interface PartSource {
  readonly target: Target;
  readonly cache: PartCache;
  /** A local folder of one's own: nobody else writes there. */
  readonly folder: string;
  readonly signal?: AbortSignal;
}

/** A Parquet part of which there is the footer on the local disk, in a file of the part's size. */
export interface FooterFile {
  readonly part: Part;
  readonly path: string;
  readonly footer: Footer;
  /** The footer's bytes, to the end of the file. */
  readonly bytes: Uint8Array;
}

/** So much of a footer is asked for at first: as a rule all of it. */
const guessedFooterBytes = 64 * 1024;

/** Where more than this share of a part is needed it is fetched whole, held against its SHA-256, and of use to everybody. */
const mostOfPart = 0.8;

/** The path of a new file with all of a part, from the cache or held against its SHA-256. */
export async function wholeFile(part: Part, source: PartSource): Promise<string> {
  const kept = await keptWhole(part, source);
  if (kept !== undefined) return kept;
  const path = await newPath(source);
  await copyPart(part, path, source);
  await source.cache.keep(part.sha256, path);
  return path;
}

/** The path of a new file with all of a part, if the cache has it. */
export async function keptWhole(part: Part, source: PartSource): Promise<string | undefined> {
  const path = await newPath(source);
  return (await source.cache.take(part.sha256, path, part.bytes)) ? path : undefined;
}

/** A new file with the footer of a Parquet part; undefined if it has none that says where its columns are. */
export async function footerFile(part: Part, source: PartSource): Promise<FooterFile | undefined> {
  const path = await newPath(source);
  const name = `${part.sha256}-footer`;
  const kept = await source.cache.take(name, path, part.bytes);
  const bytes = await footerBytes(part, async (range) =>
    kept ? await fileBytes(path, range) : await targetBytes(part, range, source),
  );
  const footer = bytes === undefined ? undefined : await parseFooter(bytes, part.bytes);
  if (bytes === undefined || footer === undefined) return undefined;
  if (!kept) {
    await writePart(part, path, [footerPiece(footer, bytes)]);
    await source.cache.keep(name, path);
  }
  return { part, path, footer, bytes };
}

/** The path of a file with these columns of a part at least. It is another than that of the footer, which nobody changes. */
export async function columnsFile(
  file: FooterFile,
  columns: readonly string[],
  source: PartSource,
): Promise<string> {
  const { part, footer } = file;
  const wanted = new Set(columns.map((name) => name.toLowerCase()));
  const there = columnsIn(footer).filter((name) => wanted.has(name.toLowerCase()));
  if (there.length === 0) return file.path;
  const ranges = columnRanges(footer, there);
  if (rangesBytes(ranges) > part.bytes * mostOfPart) return await wholeFile(part, source);
  const path = await newPath(source);
  const name = `${part.sha256}-${sha256(there.toSorted().join('\n'))}`;
  if (await source.cache.take(name, path, part.bytes)) return path;
  const fetched = { ranges, bytes: checkedRead(part, ranges, source) };
  await writePart(part, path, [footerPiece(footer, file.bytes), fetched]);
  await source.cache.keep(name, path);
  return path;
}

/** Never one that was given before: what is there may be an entry of the cache, which nobody may write to. */
async function newPath({ folder }: PartSource): Promise<string> {
  await mkdir(folder, { recursive: true });
  return join(folder, `input-${randomUUID()}`);
}

function footerPiece({ dataBytes }: Footer, bytes: Uint8Array): Pieces {
  return { ranges: [{ start: dataBytes, length: bytes.length }], bytes: [bytes] };
}

/** A footer's bytes to the end of the file, by one read as a rule; undefined if there is no footer. */
async function footerBytes(
  part: Part,
  read: (range: Range) => Promise<Uint8Array>,
): Promise<Uint8Array | undefined> {
  const guessed = Math.min(part.bytes, guessedFooterBytes);
  const end = await read({ start: part.bytes - guessed, length: guessed });
  const length = end.length < tailBytes ? undefined : footerLength(end, part.bytes);
  if (length === undefined) return undefined;
  if (length <= end.length) return end.subarray(end.length - length);
  return Buffer.concat([await read({ start: part.bytes - length, length: length - end.length }), end]);
}

async function targetBytes(part: Part, range: Range, source: PartSource): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of checkedRead(part, [range], source)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function fileBytes(path: string, { start, length }: Range): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, start);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The bytes of ranges, until nobody wants them any more. */
async function* checkedRead(
  part: Part,
  ranges: readonly Range[] | undefined,
  { target, signal }: PartSource,
): AsyncIterable<Uint8Array> {
  for await (const chunk of target.read(part, ranges)) {
    signal?.throwIfAborted();
    yield chunk;
  }
}

async function writePart(part: Part, path: string, pieces: readonly Pieces[]): Promise<void> {
  if (await writeSparseFile(path, part.bytes, pieces)) return;
  throw new DaybookError(
    'target-failed',
    `The target did not give the bytes of ${part.path} that were asked for: run again.`,
  );
}

/** Copies a part, and holds what was read against its SHA-256. */
async function copyPart(part: Part, path: string, source: PartSource): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(
    checkedRead(part, undefined, source),
    async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    },
    createWriteStream(path),
  );
  const digest = hash.digest('hex');
  if (digest === part.sha256) return;
  throw new DaybookError(
    'part-damaged',
    `The part ${part.path} has the SHA-256 ${digest} instead of ${part.sha256}: restore it from a backup, or make its task again with --force.`,
  );
}
