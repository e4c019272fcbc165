import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import { blockPostings, postingBlocks, type Day } from './day.ts';
import type { Exchange } from './exchange.ts';
import { columns, mostLineBytes, writeLines, type Format } from './text.ts';
import { addToSums, totalsOf, type Sums } from './totals.ts';

/** What to write, and where. */
export interface ExportOptions {
  readonly exchange: Exchange;
  readonly date: string;
  /** The path of the file; its folder is made if it is not there. */
  readonly file: string;
  /** Default `ndjson`. */
  readonly format?: Format;
  /** Default false. */
  readonly gzip?: boolean;
  /** Also write `<date>.totals.json` beside the file. Default false. */
  readonly totals?: boolean;
  /** Aborted, the export ends and leaves nothing behind. */
  readonly signal?: AbortSignal;
}

/** What was written. */
export interface Exported {
  readonly file: string;
  readonly count: number;
  /** Of the file as it is on disk. */
  readonly bytes: number;
}

/** The usual name of a day's file: `<date>.ndjson`, `<date>.csv.gz` and so on. */
export function exportName(date: string, format: Format, gzip: boolean): string {
  return `${date}.${format}${gzip ? '.gz' : ''}`;
}

/**
 * Writes a closed day as a file, the same postings that the server would serve. A day of any size costs the memory
 * of a few blocks. The files are written under hidden names and renamed into place, totals first. Throws
 * `day-not-closed`.
 */
export async function exportDay(options: ExportOptions): Promise<Exported> {
  const { exchange, date, file, format = 'ndjson', gzip = false, signal } = options;
  const day = exchange.day(date);
  const folder = dirname(file);
  const unfinished = join(folder, `.${basename(file)}.${randomUUID()}`);
  const unfinishedTotals = join(folder, `.${date}.totals.json.${randomUUID()}`);
  await mkdir(folder, { recursive: true });
  try {
    const sums: Sums = new Map();
    const bytes = await writeFileOf(unfinished, gzip, signal, async (sink) => {
      await writeDay(day, format, sums, sink);
    });
    if (options.totals === true) {
      await writeFile(unfinishedTotals, `${JSON.stringify(totalsOf(day, sums))}\n`);
      await rename(unfinishedTotals, join(folder, `${date}.totals.json`));
    }
    await rename(unfinished, file);
    return { file, count: day.count, bytes };
  } finally {
    await rm(unfinished, { force: true });
    await rm(unfinishedTotals, { force: true });
  }
}

/** Makes a new file of what is written to the sink, and returns the bytes it has on disk. */
async function writeFileOf(
  path: string,
  gzip: boolean,
  signal: AbortSignal | undefined,
  fill: (sink: Writable) => Promise<void>,
): Promise<number> {
  const disk = createWriteStream(path, { flags: 'wx', ...(signal === undefined ? {} : { signal }) });
  const compressor = gzip ? createGzip({ level: constants.Z_BEST_SPEED }) : undefined;
  const sink = compressor ?? disk;
  const ended = compressor === undefined ? finished(disk) : pipeline(compressor, disk);
  const filled = fill(sink).then(
    () => void sink.end(),
    (error: unknown) => {
      sink.destroy(error as Error);
      throw error;
    },
  );
  // Both, so that nothing is still being written when the caller tidies up; the stream's end knows the reason best.
  for (const outcome of await Promise.allSettled([ended, filled])) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
  return disk.bytesWritten;
}

/** Writes the day's lines, making the next block while the one before is written, in two buffers used by turns. */
async function writeDay(day: Day, format: Format, sums: Sums, sink: Writable): Promise<void> {
  const buffers = [newBuffer(), newBuffer()] as const;
  let written = format === 'csv' ? write(sink, Buffer.from(`${columns.join(',')}\n`)) : Promise.resolve();
  let turn = 0;
  for (const postings of postingBlocks(day)) {
    const buffer = buffers[turn % 2]!;
    turn += 1;
    addToSums(sums, postings);
    const bytes = buffer.subarray(0, writeLines(buffer, postings, format));
    await written;
    written = write(sink, bytes);
  }
  await written;
}

function newBuffer(): Buffer {
  return Buffer.allocUnsafe(2 * blockPostings * mostLineBytes);
}

async function write(sink: Writable, bytes: Buffer): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    sink.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}
