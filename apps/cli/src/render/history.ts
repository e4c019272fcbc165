import type { Manifest, TaskId } from '@daybook/core';
import type { JournalledEnd } from '../journal-search.ts';
import type { Paint } from '../terminal/paint.ts';
import { indented, tableLines, wrapped } from './columns.ts';
import { numberText } from './ranges.ts';
import { widthOf } from './text-width.ts';
import { failureText, reasonText } from './words.ts';

export interface HistoryFacts {
  readonly task: TaskId;
  /** Newest first. */
  readonly versions: readonly Manifest[];
  /** Attempts that published nothing, as the journals on this machine know them. */
  readonly failures: readonly JournalledEnd[];
  readonly width: number;
  readonly paint: Paint;
}

const whyIndent = '         ';

/** The versions of an output and the attempts that failed, newest first. */
export function historyText(facts: HistoryFacts): string {
  const { task, versions, paint } = facts;
  const rows = versions.map((manifest) => ({
    cells: [
      String(manifest.version),
      timeText(manifest.publishedAt),
      madeText(manifest, versions),
      manifest.output.kind === 'table' ? numberText(manifest.rows) : '',
      manifest.fingerprint.slice(0, 12),
      manifest.attempt.slice(-32).slice(0, 8),
    ],
    why: reasonText(manifest.reason),
  }));
  const columns = ['version', 'published', 'outcome', 'rows', 'fingerprint', 'attempt'];
  const shown =
    versions.length === 0 ? ['It has never been published.'] : listLines(columns, 'reason', rows, facts);
  return `${[paint.bold(task), '', ...shown, ...failureLines(facts)].join('\n')}\n`;
}

/** The same as a document. */
export function historyDocument({ task, versions, failures }: HistoryFacts): unknown {
  return {
    task,
    versions: versions.map((manifest) => {
      const { version, publishedAt, today, rows, fingerprint, reason, attempt, cost } = manifest;
      return {
        version,
        publishedAt,
        today,
        outcome: madeText(manifest, versions),
        reason,
        rows,
        fingerprint,
        attempt,
        ...(cost === undefined ? {} : { cost }),
      };
    }),
    failures,
  };
}

function failureLines(facts: HistoryFacts): readonly string[] {
  if (facts.failures.length === 0) return [];
  const rows = facts.failures.map(({ at, end, run, attempt }) => ({
    cells: [timeText(at), end.kind, attempt?.slice(0, 8) ?? '', run],
    why: failureText(end).split('\n', 1)[0] ?? '',
  }));
  return [
    '',
    'Attempts that published nothing, as far as this machine ran them:',
    '',
    ...listLines(['ended', 'outcome', 'attempt', 'run'], 'why', rows, facts),
  ];
}

interface Row {
  readonly cells: readonly string[];
  readonly why: string;
}

/** A table that ends with a sentence a row. Where the longest does not fit, each stands below its row. */
function listLines(
  titles: readonly string[],
  why: string,
  rows: readonly Row[],
  { width, paint }: Pick<HistoryFacts, 'width' | 'paint'>,
): readonly string[] {
  const columns = titles.map((title) => ({ title, right: title === 'version' || title === 'rows' }));
  const [header = '', ...whole] = tableLines(
    [...columns, { title: why, widest: width }],
    rows.map((row) => [...row.cells, row.why]),
  );
  if (whole.every((line) => widthOf(line) <= width)) return [paint.bold(header), ...whole];
  const [short = '', ...body] = tableLines(
    columns,
    rows.map(({ cells }) => cells),
  );
  const below = rows.map((row) => indented(wrapped(row.why, width - whyIndent.length), whyIndent));
  return [
    paint.bold(short),
    ...body.flatMap((line, index) => [line, ...(below[index] ?? []).map(paint.dim)]),
  ];
}

/** Whether a version has parts of its own, or names those of the version before. */
function madeText(manifest: Manifest, versions: readonly Manifest[]): 'published' | 'unchanged' {
  const before = versions.find(({ version }) => version === manifest.version - 1);
  const same =
    before !== undefined &&
    before.parts.length === manifest.parts.length &&
    before.parts.every(({ path }, index) => path === manifest.parts[index]?.path);
  return same ? 'unchanged' : 'published';
}

function timeText(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}Z`;
}
