import type { Manifest, TaskId } from '@daybook/core';
import type { JournalledEnd } from '../journal-search.ts';
import type { Paint } from '../terminal/paint.ts';
import { tableLines } from './columns.ts';
import { numberText } from './ranges.ts';
import { failureText, reasonText } from './words.ts';

export interface HistoryFacts {
  readonly task: TaskId;
  /** Newest first. */
  readonly versions: readonly Manifest[];
  /** Attempts that published nothing, as the journals on this machine know them. */
  readonly failures: readonly JournalledEnd[];
  readonly paint: Paint;
}

const widestWhy = 100;

/** The versions of an output and the attempts that failed, newest first. */
export function historyText({ task, versions, failures, paint }: HistoryFacts): string {
  const rows = versions.map((manifest) => [
    String(manifest.version),
    timeText(manifest.publishedAt),
    madeText(manifest, versions),
    manifest.output.kind === 'table' ? numberText(manifest.rows) : '',
    manifest.fingerprint.slice(0, 12),
    reasonText(manifest.reason),
    manifest.attempt.slice(-32).slice(0, 8),
  ]);
  const columns = ['version', 'published', 'outcome', 'rows', 'fingerprint', 'reason', 'attempt'];
  const [header = '', ...body] = tableLines(
    columns.map((title) => ({ title, right: title === 'version' || title === 'rows' })),
    rows,
  );
  const shown = versions.length === 0 ? ['It has never been published.'] : [paint.bold(header), ...body];
  return `${[task, '', ...shown, ...failureLines(failures, paint)].join('\n')}\n`;
}

/** The same as a document. */
export function historyDocument({ task, versions, failures }: HistoryFacts): unknown {
  return {
    task,
    versions: versions.map((manifest) => {
      const { version, publishedAt, today, rows, fingerprint, reason, attempt } = manifest;
      return {
        version,
        publishedAt,
        today,
        outcome: madeText(manifest, versions),
        reason,
        rows,
        fingerprint,
        attempt,
      };
    }),
    failures,
  };
}

function failureLines(failures: readonly JournalledEnd[], paint: Paint): readonly string[] {
  if (failures.length === 0) return [];
  const rows = failures.map(({ at, end, run, attempt }) => [
    timeText(at),
    end.kind,
    attempt?.slice(0, 8) ?? '',
    run,
    failureText(end).split('\n', 1)[0] ?? '',
  ]);
  const [header = '', ...body] = tableLines(
    ['ended', 'outcome', 'attempt', 'run', 'why'].map((title) => ({ title, widest: widestWhy })),
    rows,
  );
  return [
    '',
    'Attempts that published nothing, as far as this machine ran them:',
    '',
    paint.bold(header),
    ...body,
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
