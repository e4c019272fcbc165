import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { addDays, isDay } from '../calendar.ts';
import { SimulatorError } from '../errors.ts';
import { createExchange } from '../exchange.ts';
import { exportDay, exportName } from '../export.ts';
import type { Format } from '../text.ts';
import { exchangeOptions, numberFlag, type BooksArguments } from './books-flags.ts';

/** The flags of `export`. */
export interface ExportArguments extends BooksArguments {
  readonly date: string | undefined;
  readonly from: string | undefined;
  readonly through: string | undefined;
  readonly to: string;
  readonly format: Format | undefined;
  readonly gzip: boolean | undefined;
  readonly totals: boolean;
  readonly late: string;
}

/** Writes the days asked for, one after the other, and tells of each in a line. Throws `bad-option`. */
export async function exportCommand(
  flags: ExportArguments,
  signal: AbortSignal,
  tell: (line: string) => void,
): Promise<void> {
  const exchange = createExchange(exchangeOptions(flags));
  const days = daysAsked(flags);
  const late = numberFlag('late', flags.late);
  const { format, gzip, path } = await fileAsked(flags);
  for (const date of days) {
    signal.throwIfAborted();
    if (late > 0) exchange.addLate(date, late);
    const startMs = performance.now();
    const file = path(date);
    const exported = await exportDay({ exchange, date, file, format, gzip, totals: flags.totals, signal });
    const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
    tell(`${exported.file}: ${exported.count} postings, ${exported.bytes} bytes, ${seconds} s`);
  }
}

function daysAsked({ date, from, through }: ExportArguments): string[] {
  if (date !== undefined && from === undefined && through === undefined) return [checkedDay('date', date)];
  if (date !== undefined || from === undefined || through === undefined) {
    throw new SimulatorError('bad-option', 'Give --date for one day, or --from and --through for many.');
  }
  const days: string[] = [];
  const last = checkedDay('through', through);
  for (let day = checkedDay('from', from); day <= last; day = addDays(day, 1)) days.push(day);
  if (days.length > 0) return days;
  throw new SimulatorError('bad-option', `--from ${from} is after --through ${through}: swap them.`);
}

/** Where each day goes: `--to` is a file for one day unless it is a folder or ends with a slash, else a folder. */
async function fileAsked({ to, date, format, gzip }: ExportArguments) {
  const isFolder = date === undefined || /[/\\]$/.test(to) || (await isDirectory(to));
  if (isFolder) {
    const shape = { format: format ?? 'ndjson', gzip: gzip ?? false } as const;
    return { ...shape, path: (day: string) => join(to, exportName(day, shape.format, shape.gzip)) };
  }
  const named = /\.(ndjson|csv)(\.gz)?$/.exec(to);
  const shape = {
    format: format ?? ((named?.[1] ?? 'ndjson') as Format),
    gzip: gzip ?? named?.[2] !== undefined,
  };
  const ending = exportName('', shape.format, shape.gzip);
  if (to.endsWith(ending)) return { ...shape, path: () => to };
  throw new SimulatorError(
    'bad-option',
    `--to ${to} does not end with ${ending}, by which its reader knows what it is: name it so, or change --format and --gzip.`,
  );
}

async function isDirectory(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function checkedDay(name: string, text: string): string {
  if (isDay(text)) return text;
  throw new SimulatorError('bad-option', `--${name} is a day such as 2018-07-24, not "${text}".`);
}
