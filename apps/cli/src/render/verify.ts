import type { Finding, FindingKind } from '@daybook/core';
import type { Paint } from '../terminal/paint.ts';
import { indented, wrapped } from './columns.ts';
import { bytesText, counted, groupBy, numberText } from './ranges.ts';

/** What was read, and what was found wrong with it. */
export interface VerifyFacts {
  readonly tasks: number;
  readonly versions: number;
  readonly parts: number;
  readonly bytes: number;
  readonly findings: readonly Finding[];
  readonly width: number;
  readonly paint: Paint;
}

const remedies: Readonly<Record<FindingKind, string>> = {
  'version-missing': 'Restore the manifest from a backup: Daybook never removes one.',
  'manifest-invalid': 'Restore the manifest from a backup: Daybook never changes one.',
  'chain-broken':
    'The version before was changed after this one was published, or this one was. Restore both from a backup.',
  'attempt-disagrees': 'The manifest was changed after it was published. Restore it from a backup.',
  'input-missing': 'Restore the version that it was made from, or make this task again with --force.',
  'input-differs':
    'The version that it was made from is not the one it was then. Restore it, or make this task again with --force.',
  'part-damaged': 'Restore the part from a backup, or make its task again with --force.',
};
const mostPerKind = 20;

/** What was read and, grouped by kind, what is wrong. */
export function verifyText(facts: VerifyFacts): string {
  const { findings, paint, width } = facts;
  const read = `${counted(facts.tasks, 'task')}, ${counted(facts.versions, 'version')}, ${counted(facts.parts, 'part')}, ${bytesText(facts.bytes)}`;
  if (findings.length === 0) return `${paint.good('Nothing is wrong')}: ${read} read.\n`;
  const lines = [`${paint.bad(`${counted(findings.length, 'finding')}`)} in ${read}. [verify-failed]`];
  for (const [kind, group] of groupBy(findings, (finding) => finding.kind)) {
    lines.push('', paint.bold(kind), ...indented(wrapped(remedies[kind as FindingKind], width - 2)));
    for (const { task, version, what } of group.slice(0, mostPerKind)) {
      lines.push(...indented([`${task} version ${version}`, ...indented(wrapped(what, width - 4))]));
    }
    if (group.length > mostPerKind)
      lines.push(`  and ${numberText(group.length - mostPerKind)} more; --json lists all`);
  }
  return `${lines.join('\n')}\n`;
}

/** The same as a document. */
export function verifyDocument({ tasks, versions, parts, bytes, findings }: VerifyFacts): unknown {
  const failed = findings.length > 0;
  return {
    outcome: failed ? 'failed' : 'ok',
    ...(failed ? { code: 'verify-failed' } : {}),
    tasks,
    versions,
    parts,
    bytes,
    findings,
  };
}
