import { createReadStream, createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Day, FetchContext, Fetched, RawFormatName } from '@daybook/core';
import { DaybookError } from '@daybook/core';
import { requiredFields } from '../tasks/raw-postings.ts';
import { checkCsvHeader } from './csv-header.ts';
import type { Exchange } from './exchange.ts';
import { firstBytes } from './first-bytes.ts';
import type { FileFacts } from './source-file.ts';
import { checkUnchanged, fileFacts } from './source-file.ts';
import type { DayTotals } from './totals.ts';
import { expectedRows, parseTotals } from './totals.ts';

/** Where the exchange's files are, and what must be beside them. */
export interface FileExchangeOptions {
  /** A folder with a file a day: `<date>.ndjson`, `.ndjson.gz`, `.csv`, `.csv.gz` or `.parquet`, and `<date>.totals.json`. */
  readonly folder: string;
  /** `'required'`: a day without its totals fails. Default: such a day is published and marked `unverified`. */
  readonly totals?: 'required';
}

const endings: Readonly<Record<string, RawFormatName>> = {
  ndjson: 'ndjson',
  'ndjson.gz': 'ndjson',
  csv: 'csv',
  'csv.gz': 'csv',
  parquet: 'parquet',
};

/**
 * An exchange that puts a file a day into a folder. A file that is there is a whole day, so its writer renames it into place.
 * @example fileExchange({ folder: '/data/exchange', totals: 'required' })
 */
export function fileExchange(options: FileExchangeOptions): Exchange {
  return Object.freeze({
    formats: ['ndjson', 'csv', 'parquet'] as const,
    fetch: async (date: Day, context: FetchContext) => await fetchFile(options, date, context),
  });
}

interface DayFile {
  readonly path: string;
  readonly format: RawFormatName;
  readonly facts: FileFacts;
}

async function fetchFile(options: FileExchangeOptions, date: Day, context: FetchContext): Promise<Fetched> {
  const file = await findFile(options.folder, date);
  if (file === undefined) return absent(options.folder, date, context.published);
  const totals = await readTotals(options, date, file.path);
  const { path, format, facts } = file;
  if (format === 'csv') await checkCsvHeader(path, requiredFields);
  else if (path.endsWith('.gz') && facts.bytes === 0) throw empty(path);
  return {
    kind: 'file',
    format,
    path: format === 'ndjson' ? await withoutByteOrderMark(path, context) : path,
    ...(totals.document === undefined ? {} : { expected: expectedRows(totals.document) }),
    source: {
      kind: 'file',
      name: basename(path),
      ...facts,
      ...(totals.document === undefined
        ? { unverified: true }
        : { totals: basename(totals.path), count: totals.document.count }),
    },
    confirm: async () => {
      await checkUnchanged(path, facts);
      await checkUnchanged(totals.path, totals.facts);
    },
  };
}

async function findFile(folder: string, date: Day): Promise<DayFile | undefined> {
  const found: DayFile[] = [];
  for (const [ending, format] of Object.entries(endings)) {
    const path = join(folder, `${date}.${ending}`);
    const facts = await fileFacts(path);
    if (facts !== undefined) found.push({ path, format, facts });
  }
  if (found.length < 2) return found[0];
  const names = found.map(({ path }) => basename(path)).join(' and ');
  throw new DaybookError(
    'input-unreadable',
    `There is more than one file for ${date} in ${folder}: ${names}. Keep the one that is right and remove the other.`,
  );
}

function absent(folder: string, date: Day, published: boolean): Fetched {
  const names = `${date}.${Object.keys(endings).join('|')}`;
  if (!published) return { kind: 'waiting', for: `a file ${names} in ${folder}` };
  throw new DaybookError(
    'input-withdrawn',
    `${date} was published from a file that is no longer there: ${names} in ${folder}. Put it back; what was published stays as it is.`,
  );
}

interface TotalsFile {
  readonly path: string;
  readonly facts: FileFacts | undefined;
  readonly document: DayTotals | undefined;
}

async function readTotals(options: FileExchangeOptions, date: Day, dayPath: string): Promise<TotalsFile> {
  const path = join(options.folder, `${date}.totals.json`);
  const facts = await fileFacts(path);
  if (facts !== undefined)
    return { path, facts, document: parseTotals(await readFile(path, 'utf8'), date, `in ${path}`) };
  if (options.totals !== 'required') return { path, facts, document: undefined };
  throw new DaybookError(
    'input-unreadable',
    `The totals for ${dayPath} are not there, and the configuration requires them: put ${path} there.`,
  );
}

/** The path of the same records without a byte order mark, which DuckDB refuses in JSON: a copy where there is one. */
async function withoutByteOrderMark(path: string, context: FetchContext): Promise<string> {
  const mark = Buffer.from('\uFEFF');
  if (!(await firstBytes(path, mark.length)).equals(mark)) return path;
  const copy = join(context.scratch, basename(path, '.gz'));
  const source = createReadStream(path, path.endsWith('.gz') ? {} : { start: mark.length });
  const target = createWriteStream(copy);
  const { signal } = context;
  try {
    if (!path.endsWith('.gz')) await pipeline(source, target, { signal });
    else await pipeline(source, createGunzip(), withoutFirst(mark.length), target, { signal });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new DaybookError('input-unreadable', `The file ${path} cannot be read: ${String(error)}.`, {
      cause: error,
    });
  }
  return copy;
}

function withoutFirst(count: number) {
  return async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let left = count;
    for await (const chunk of source) {
      const skipped = Math.min(left, chunk.length);
      left -= skipped;
      if (chunk.length > skipped) yield chunk.subarray(skipped);
    }
  };
}

function empty(path: string): DaybookError {
  return new DaybookError(
    'input-unreadable',
    `The file ${path} is empty and so no gzip: it was cut. Put the whole file there, then run again.`,
  );
}
