import type { Leftover, UnreadableVersions } from '@daybook/core';
import { commandText, leastDaysToExpire, splitTaskId } from '@daybook/core';
import type { Paint } from '../terminal/paint.ts';
import { indented, wrapped } from './columns.ts';
import { rangedLines } from './ranged-lines.ts';
import { bytesText, counted, groupBy, membersText, numberText } from './ranges.ts';

/** What was found, and what was done about it. */
export interface GcFacts {
  readonly removed: boolean;
  /** What can never be published or has expired: what would go, or what is gone. */
  readonly leftovers: readonly Leftover[];
  /** What may still be published, and stays. */
  readonly open: readonly Leftover[];
  readonly unreadable: readonly UnreadableVersions[];
  readonly nowMs: number;
  readonly words: readonly string[];
  readonly width: number;
  readonly paint: Paint;
}

const msPerDay = 24 * 3_600_000;
const mostUnreadable = 20;

/** What goes, by task; what stays and why; and the next command. */
export function gcText(facts: GcFacts): string {
  const { removed, leftovers, open, unreadable, width, paint } = facts;
  const lines = [headOf(facts)];
  lines.push(...sectionsOf(facts));
  if (open.length > 0) lines.push('', ...wrapped(openText(facts), width));
  if (unreadable.length > 0) {
    lines.push(
      '',
      paint.bad(
        `The attempts at ${counted(unreadable.length, 'task')} stay, for not all manifests can be read. [manifest-invalid]`,
      ),
      ...unreadable.slice(0, mostUnreadable).flatMap(({ why }) => indented(wrapped(why, width - 2))),
    );
    if (unreadable.length > mostUnreadable)
      lines.push(`  and ${numberText(unreadable.length - mostUnreadable)} more; --json lists all`);
  }
  const next = [
    ...(removed || leftovers.length === 0 ? [] : [commandText([...facts.words, '--delete'])]),
    ...(unreadable.length === 0 ? [] : ['daybook verify']),
  ];
  if (next.length > 0) lines.push('', paint.bold('Next'), ...indented(next));
  return `${lines.join('\n')}\n`;
}

/** The same as a document. */
export function gcDocument({ removed, leftovers, open, unreadable }: GcFacts): unknown {
  const known = sizeOf(leftovers);
  return {
    outcome: unreadable.length > 0 ? 'failed' : 'ok',
    ...(unreadable.length > 0 ? { code: 'manifest-invalid' } : {}),
    removed,
    ...(known === undefined ? {} : { bytes: known }),
    attempts: leftovers.map(documentOf),
    staying: open.map(documentOf),
    unreadable,
  };
}

function documentOf({ task, attempt, fate, newestMs, bytes }: Leftover): unknown {
  return {
    task,
    attempt,
    fate,
    written: new Date(newestMs).toISOString(),
    ...(bytes === undefined ? {} : { bytes }),
  };
}

function headOf({ removed, leftovers, open, unreadable, paint }: GcFacts): string {
  if (leftovers.length === 0) {
    if (removed) return 'Nothing was removed.';
    return open.length + unreadable.length > 0
      ? 'Nothing would go.'
      : `${paint.good('Nothing is left over')}.`;
  }
  const bytes = sizeOf(leftovers);
  const size = bytes === undefined ? '' : `, ${bytesText(bytes)}`;
  const many = `${counted(leftovers.length, 'attempt')}${size}`;
  return removed ? `${paint.good('Removed')} ${many}.` : `${paint.bold('Would go')}: ${many}.`;
}

const titles = [
  ['dead', 'Can never be published'],
  ['expired', 'Too old to be published'],
] as const;

function sectionsOf({ leftovers, nowMs, width, paint }: GcFacts): readonly string[] {
  return titles.flatMap(([fate, title]) => {
    const groups = groupBy(
      leftovers.filter((each) => each.fate === fate),
      ({ task }) => splitTaskId(task).name,
    );
    if (groups.size === 0) return [];
    const rows = [...groups].map(([name, group]) => {
      const bytes = sizeOf(group);
      const size = bytes === undefined ? [] : [bytesText(bytes)];
      const members = membersText([...new Set(group.map(({ task }) => task))]);
      return [name, counted(group.length, 'attempt'), ...size, agesText(group, nowMs), members];
    });
    return ['', paint.bold(title), ...indented(rangedLines(rows, width - 2, paint.dim))];
  });
}

function openText({ open, nowMs }: GcFacts): string {
  const one = open.length === 1;
  const old = open.filter(({ newestMs }) => nowMs - newestMs > leastDaysToExpire * msPerDay);
  const which = `${counted(open.length, 'attempt')} at the next version of ${one ? 'its' : 'their'} task${one ? '' : 's'}, written ${agesText(open, nowMs)}, ${one ? 'stays' : 'stay'}: ${one ? 'it' : 'they'} may still be published, or ${one ? 'is' : 'are'} kept to be looked at.`;
  return old.length === 0 ? which : `${which} --older-than DAYS takes old ones too.`;
}

/** When the newest and the oldest were last written, in whole days: `today`, `3 days ago`, `1 … 12 days ago`. */
function agesText(attempts: readonly Leftover[], nowMs: number): string {
  const days = attempts.map(({ newestMs }) => Math.max(0, Math.floor((nowMs - newestMs) / msPerDay)));
  const [least, most] = [
    days.reduce((a, b) => Math.min(a, b), Infinity),
    days.reduce((a, b) => Math.max(a, b), 0),
  ];
  if (most === 0) return 'in the last day';
  return least === most
    ? `${counted(most, 'day')} ago`
    : `${numberText(least)} … ${counted(most, 'day')} ago`;
}

/** The size of all; undefined where the target does not tell it. */
function sizeOf(attempts: readonly Leftover[]): number | undefined {
  return attempts.reduce<number | undefined>(
    (sum, { bytes }) => (sum === undefined || bytes === undefined ? undefined : sum + bytes),
    0,
  );
}
