import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { DaybookError } from '@daybook/core';

const longestHeaderBytes = 65_536;

/**
 * Throws `input-unreadable` unless the CSV file (gzip when its name ends in `.gz`) begins with a header that names all the
 * columns wanted, each once: rows without a header would be read as a header and lost.
 */
export async function checkCsvHeader(path: string, wanted: readonly string[]): Promise<void> {
  const start = await firstBytes(path, longestHeaderBytes);
  const [line = ''] = start
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/, 1);
  const names = line.split(',').map((name) => name.replace(/^"(.*)"$/, '$1'));
  const missing = wanted.filter((name) => !names.includes(name));
  const repeated = names.find((name, index) => names.indexOf(name) < index);
  if (missing.length === 0 && repeated === undefined) return;
  const why =
    missing.length > 0 ? `does not name ${missing.join(', ')}` : `names ${JSON.stringify(repeated)} twice`;
  throw new DaybookError(
    'input-unreadable',
    `The first line of ${path}, ${JSON.stringify(line.slice(0, 80))}, ${why}: a CSV file begins with a header of ${wanted.join(',')} in any order.`,
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
