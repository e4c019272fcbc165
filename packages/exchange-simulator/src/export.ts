import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { constants, createGzip } from 'node:zlib';
import { postingBlocks, type Day } from './day.ts';
import type { Exchange } from './exchange.ts';
import { columns, linesOf, type Format } from './text.ts';
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
    const source = Readable.from(dayBytes(day, format, sums), { objectMode: false });
    const compress = gzip ? [createGzip({ level: constants.Z_BEST_SPEED })] : [];
    const sink = createWriteStream(unfinished);
    await pipeline([source, ...compress, sink], signal === undefined ? {} : { signal });
    if (options.totals === true) {
      await writeFile(unfinishedTotals, `${JSON.stringify(totalsOf(day, sums))}\n`);
      await rename(unfinishedTotals, join(folder, `${date}.totals.json`));
    }
    await rename(unfinished, file);
    return { file, count: day.count, bytes: sink.bytesWritten };
  } finally {
    await rm(unfinished, { force: true });
    await rm(unfinishedTotals, { force: true });
  }
}

async function* dayBytes(day: Day, format: Format, sums: Sums): AsyncGenerator<Buffer> {
  if (format === 'csv') yield Buffer.from(`${columns.join(',')}\n`);
  for (const postings of postingBlocks(day)) {
    addToSums(sums, postings);
    yield linesOf(postings, format);
    // Generation alone would never let a signal in.
    await setImmediate();
  }
}
