import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Day, FetchContext, Fetched, RawFormatName } from '@daybook/core';
import { DaybookError } from '@daybook/core';
import { postingFields, requiredFields } from '../tasks/raw-postings.ts';
import { checkCsvHeader } from './csv-header.ts';
import type { Exchange } from './exchange.ts';
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
  if (format === 'csv') await checkCsvHeader(path, requiredFields, postingFields);
  else if (path.endsWith('.gz') && facts.bytes === 0) throw empty(path);
  return {
    kind: 'file',
    format,
    path,
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

function empty(path: string): DaybookError {
  return new DaybookError(
    'input-unreadable',
    `The file ${path} is empty and so no gzip: it was cut. Put the whole file there, then run again.`,
  );
}
