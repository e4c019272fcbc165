import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { DaybookError } from '@daybook/core';

const longestHeaderBytes = 65_536;

/**
 * Throws `input-unreadable` unless the CSV file (gzip when its name ends in `.gz`) begins with a header that names all the
 * columns wanted, and none of those known twice: rows without a header would be read as a header and lost. Other columns may
 * be called anything.
 */
export async function checkCsvHeader(
  path: string,
  wanted: readonly string[],
  known: readonly string[] = wanted,
): Promise<void> {
  const start = await firstBytes(path, longestHeaderBytes);
  const [line = ''] = start
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/, 1);
  const names = namesOf(line);
  const missing = wanted.filter((name) => !names.includes(name));
  const repeated = known.find((name) => names.indexOf(name) !== names.lastIndexOf(name));
  if (missing.length === 0 && repeated === undefined) return;
  const why =
    missing.length > 0 ? `does not name ${missing.join(', ')}` : `names ${JSON.stringify(repeated)} twice`;
  throw new DaybookError(
    'input-unreadable',
    `The first line of ${path}, ${JSON.stringify(line.slice(0, 80))}, ${why}: a CSV file begins with a header of ${wanted.join(',')} in any order.`,
  );
}

/** The cells of a line, which may be quoted. */
function namesOf(line: string): readonly string[] {
  return [...`,${line}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  );
}

async function firstBytes(path: string, count: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of contentOf(path) as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= count) break;
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new DaybookError(
      'input-unreadable',
      `The file ${path} cannot be read: ${why}. Put the whole file there, then run again.`,
      { cause: error },
    );
  }
  return Buffer.concat(chunks).subarray(0, count);
}

function contentOf(path: string): Readable {
  const file = createReadStream(path);
  return path.endsWith('.gz') ? pipeline(file, createGunzip(), () => undefined) : file;
}
