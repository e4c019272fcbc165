import type { Fetched, RawFormat } from '@daybook/core';
import { DaybookError, quoteName } from '@daybook/core';
import type { Session } from './engine.ts';
import { pathLiteral, subquery } from './engine.ts';
import type { LocalJob } from './local-job.ts';
import { readCsvHeader, startOfLine, withoutByteOrderMark } from './raw-text.ts';

const longestShown = 80;

type FetchedFile = Fetched & { readonly kind: 'file' };

/**
 * A query for a raw file as the relation `raw`: its columns as text, and `line`. Numbering lines costs the use of several
 * threads, so `line` is null unless `numbered`.
 */
export async function rawQuery(
  session: Session,
  job: LocalJob,
  file: FetchedFile,
  format: RawFormat,
  numbered = false,
): Promise<string> {
  const { headerLines, open } = readers[file.format];
  const { columns, relation } = await open({ session, job, path: file.path, format });
  const line = numbered ? `row_number() OVER () + ${headerLines}` : 'CAST(NULL AS BIGINT)';
  return `SELECT ${[`${line} AS line`, ...columns].join(', ')} FROM ${relation}`;
}

/**
 * Says why a raw file was refused: runs the statement again, on one thread and with lines numbered, so that the message names
 * the first line that is wrong.
 */
export async function explainRefusal(
  error: unknown,
  session: Session,
  job: LocalJob,
  file: FetchedFile,
  format: RawFormat,
): Promise<DaybookError> {
  let explained: unknown = error;
  try {
    await session.run('SET threads = 1');
    await session.run(
      `CREATE OR REPLACE TEMP VIEW raw AS ${await rawQuery(session, job, file, format, true)}`,
    );
    const columns = Object.keys(job.columns).map((name) => `count(${quoteName(name, 'duckdb')})`);
    await session.rows(`SELECT ${columns.join(', ')} FROM ${subquery(format.statement)}`);
  } catch (second) {
    explained = second;
  }
  const message = (explained instanceof Error ? explained.message : String(explained)).trim();
  if (/^Out of Memory Error|No space left on device/.test(message)) {
    return new DaybookError('job-failed', `${job.task} could not be loaded: ${message}`, {
      cause: explained,
    });
  }
  const name = file.path.slice(file.path.lastIndexOf('/') + 1);
  const why = await withValueAndRemedy(inWords(message), message, file.path);
  return new DaybookError('input-unreadable', `${job.task} cannot be loaded from ${name}: ${why}`, {
    cause: explained,
  });
}

/** Whether CSV was refused for line ends of two kinds. */
export function mixesLineEnds(error: unknown): boolean {
  return error instanceof Error && error.message.includes(mixedLineEnds);
}

const mixedLineEnds = 'The CSV Parser state machine';

/** A refusal by the statement brings its own; those of DuckDB's readers have no remedy, and not always what the line was. */
async function withValueAndRemedy(why: string, message: string, path: string): Promise<string> {
  if (message === `Invalid Input Error: ${why}`) return why;
  const line = /^line (\d+) is not JSON/.exec(why)?.[1];
  const value =
    line === undefined ? '' : `: ${JSON.stringify(await startOfLine(path, Number(line), longestShown))}`;
  return `${why}${value}. Have the file corrected, then run again.`;
}

/** A refusal by the statement as it is; one by DuckDB's readers with the line first and without advice about their options. */
function inWords(message: string): string {
  const plain = message.replace(/^Invalid Input Error: /, '');
  // DuckDB counts the line of malformed JSON from 2.
  const malformed = /^Malformed JSON in file ".*", at byte (\d+) in line (\d+): (.*?)\.? *(?:Try .*)?$/.exec(
    plain,
  );
  if (malformed !== null)
    return `line ${Number(malformed[2]) - 1} is not JSON: ${malformed[3]} at byte ${malformed[1]}`;
  const notRecord = /^JSON transform error in file ".*", in line (\d+): (.*)/.exec(plain);
  if (notRecord !== null) return `line ${notRecord[1]}: ${notRecord[2]?.slice(0, 200)}`;
  const csv = /^CSV Error on Line: (\d+)\n(?:Original Line: (.*)\n)?(?:.*\n)*?(.+)\n\s*(?:Possible|$)/.exec(
    plain,
  );
  if (csv !== null) {
    const line = csv[2] === undefined ? '' : `: ${JSON.stringify(csv[2].slice(0, longestShown))}`;
    return `line ${csv[1]}: ${csv[3]?.slice(0, 200).replace(/\.$/, '')}${line}`;
  }
  if (plain.startsWith(mixedLineEnds))
    return 'it is not CSV as RFC 4180 has it: look for lines that end in another way than the others';
  return plain.split('\n')[0] ?? plain;
}

interface RawFile {
  readonly session: Session;
  readonly job: LocalJob;
  readonly path: string;
  readonly format: RawFormat;
}

interface Reader {
  /** How many lines stand before the first record. */
  readonly headerLines: number;
  /** The relation that reads a file, and each raw column as a SQL expression of text over it. */
  open(file: RawFile): Promise<{ readonly columns: readonly string[]; readonly relation: string }>;
}

const readers: Readonly<Record<FetchedFile['format'], Reader>> = {
  ndjson: { headerLines: 0, open: openNdjson },
  csv: { headerLines: 1, open: openCsv },
  parquet: { headerLines: 0, open: openParquet },
};

async function openNdjson({ job, path, format }: RawFile): ReturnType<Reader['open']> {
  const types = Object.entries(format.columns).map(
    ([name, kind]) => `${quoteName(name, 'duckdb')}: '${kind === 'json' ? 'JSON' : 'VARCHAR'}'`,
  );
  const plain = await withoutByteOrderMark(path, job.scratch);
  return {
    columns: Object.keys(format.columns).map((name) => quoteName(name, 'duckdb')),
    relation: `read_json(${pathLiteral(plain)}, format = 'newline_delimited', records = true, hive_partitioning = false, columns = {${types.join(', ')}})`,
  };
}

async function openCsv({ job, path, format }: RawFile): ReturnType<Reader['open']> {
  const wanted = Object.keys(format.columns);
  const header = await readCsvHeader(path, job.task, wanted);
  // By position, for names that are not wanted may be the same, or differ by case only, or not be there.
  const types = header.map((_, index) => `c${index}: 'VARCHAR'`);
  return {
    columns: wanted.map((name) => {
      const column = header.includes(name) ? `c${header.indexOf(name)}` : 'CAST(NULL AS VARCHAR)';
      return `${column} AS ${quoteName(name, 'duckdb')}`;
    }),
    relation: `read_csv(${pathLiteral(path)}, header = true, auto_detect = false, columns = {${types.join(', ')}}, delim = ',', quote = '"', escape = '"', nullstr = '', null_padding = false, hive_partitioning = false, strict_mode = true)`,
  };
}

async function openParquet({ session, job, path, format }: RawFile): ReturnType<Reader['open']> {
  const relation = `read_parquet(${pathLiteral(path)}, hive_partitioning = false)`;
  const columns = await session.describe(`SELECT * FROM ${relation}`).catch((cause: unknown) => {
    const why = inWords(cause instanceof Error ? cause.message : String(cause));
    throw new DaybookError('input-unreadable', `${job.task} cannot be loaded from ${path}: ${why}`, {
      cause,
    });
  });
  const there = new Map(columns.map((column) => [column.name, column.type]));
  return {
    columns: Object.keys(format.columns).map(
      (name) => `${parquetText(name, there.get(name), path, job.task)} AS ${quoteName(name, 'duckdb')}`,
    ),
    relation,
  };
}

/** A Parquet column as exact text; what is not exact is refused. */
function parquetText(name: string, type: string | undefined, path: string, task: string): string {
  const column = quoteName(name, 'duckdb');
  if (type === undefined) return 'CAST(NULL AS VARCHAR)';
  if (type === 'VARCHAR') return column;
  if (/^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|DECIMAL\(\d+,\d+\))$/.test(type))
    return `CAST(${column} AS VARCHAR)`;
  if (/^TIMESTAMP(_S|_MS)?$/.test(type))
    return `strftime(CAST(${column} AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%fZ')`;
  // Nanoseconds are shown where there are any, so that the statement refuses them: none are cut off.
  if (type === 'TIMESTAMP_NS')
    return `regexp_replace(strftime(${column}, '%Y-%m-%dT%H:%M:%S.%n'), '000$', '') || 'Z'`;
  if (type === 'TIMESTAMPTZ') return `strftime(${column} AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ')`;
  throw new DaybookError(
    'input-unreadable',
    `The column ${name} of ${path} for ${task} has the type ${type}, which is not exact: write it as an integer, a DECIMAL, a timestamp or text.`,
  );
}
