import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { DaybookError } from '@daybook/core';

const longestHeaderBytes = 64 * 1024;
const byteOrderMark = '\ufeff';

/**
 * The names in the header of a CSV file, in its order. A file whose first line has none of those wanted is refused, and so is
 * one that has one of them twice; names that are not wanted may be any, or none.
 */
export async function readCsvHeader(
  path: string,
  task: string,
  wanted: readonly string[],
): Promise<readonly string[]> {
  const text = await textHead(path, longestHeaderBytes);
  const names = firstRecord(text.startsWith(byteOrderMark) ? text.slice(1) : text);
  const twice = wanted.find((name) => names.indexOf(name) !== names.lastIndexOf(name));
  if (twice === undefined && wanted.some((name) => names.includes(name))) return names;
  const why =
    twice === undefined ? 'its first line names no column that is wanted' : `its header names ${twice} twice`;
  const remedy = `begin it with a header that names ${wanted.join(', ')}, each once`;
  throw new DaybookError('input-unreadable', `${task} cannot be loaded from ${path}: ${why}; ${remedy}.`);
}

/** The path of the same text without a byte order mark: a copy in `folder` where there is one, which is rare. */
export async function withoutByteOrderMark(path: string, folder: string): Promise<string> {
  if (!(await textHead(path, 3)).startsWith(byteOrderMark)) return path;
  const copy = join(folder, 'without-byte-order-mark');
  let skip = Buffer.byteLength(byteOrderMark);
  await pipeline(
    textStream(path),
    async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        yield chunk.subarray(skip);
        skip = Math.max(0, skip - chunk.length);
      }
    },
    createWriteStream(copy),
  );
  return copy;
}

/** The beginning of a line, counted from 1, for a message. */
export async function startOfLine(path: string, line: number, characters: number): Promise<string> {
  let feedsLeft = line - 1;
  const kept: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of textStream(path)) {
    let start = 0;
    for (; feedsLeft > 0; feedsLeft -= 1) {
      const feed = chunk.indexOf(0x0a, start);
      if (feed < 0) break;
      start = feed + 1;
    }
    if (feedsLeft > 0) continue;
    kept.push(chunk.subarray(start));
    bytes += chunk.length - start;
    if (bytes >= characters * 4) break;
  }
  const [text = ''] = Buffer.concat(kept).toString('utf8').split(/\r?\n/, 1);
  return text.slice(0, characters);
}

/** The path of a copy in `folder` of the same text without the blank lines at its end. */
export async function withoutBlankEnd(path: string, folder: string): Promise<string> {
  const copy = join(await mkdtemp(join(folder, 'text-')), basename(path, '.gz'));
  let lineEnds = '';
  await pipeline(
    textStream(path),
    async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        let end = chunk.length;
        while (end > 0 && (chunk[end - 1] === 0x0a || chunk[end - 1] === 0x0d)) end -= 1;
        const behind = Buffer.from(chunk.subarray(end)).toString('latin1');
        if (end > 0) {
          yield Buffer.from(lineEnds, 'latin1');
          yield chunk.subarray(0, end);
          lineEnds = '';
        }
        lineEnds += behind;
      }
    },
    createWriteStream(copy),
  );
  return copy;
}

/** The cells of the first record, which may be quoted. */
function firstRecord(text: string): readonly string[] {
  const cells: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r|\n|$)/y;
  for (;;) {
    const match = cell.exec(text);
    cells.push(match?.[1]?.replaceAll('""', '"') ?? match?.[2] ?? '');
    if (match?.[3] !== ',') return cells;
  }
}

/** The first bytes of a file's text, unpacked where its name ends in `.gz`. */
async function textHead(path: string, bytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let read = 0;
  try {
    for await (const chunk of textStream(path)) {
      chunks.push(chunk);
      read += chunk.length;
      if (read >= bytes) break;
    }
  } catch (error) {
    // A cut file has a head all the same; whether it is whole is seen when its content is digested.
    if (!path.endsWith('.gz')) throw error;
  }
  return Buffer.concat(chunks).subarray(0, bytes).toString('utf8');
}

function textStream(path: string): AsyncIterable<Uint8Array> & NodeJS.ReadableStream {
  const file = createReadStream(path);
  if (!path.endsWith('.gz')) return file as unknown as AsyncIterable<Uint8Array> & NodeJS.ReadableStream;
  const unpacked = createGunzip();
  file.once('error', (error) => unpacked.destroy(error));
  unpacked.once('close', () => file.destroy());
  return file.pipe(unpacked) as unknown as AsyncIterable<Uint8Array> & NodeJS.ReadableStream;
}
