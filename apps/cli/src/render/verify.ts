import type { Finding, FindingKind, TaskId } from '@daybook/core';
import type { Paint } from '../terminal/paint.ts';
import { indented, wrapped } from './columns.ts';
import { byName, bytesText, counted, groupBy, numberText } from './ranges.ts';

/** What was read, and what was found wrong with it. */
export interface VerifyFacts {
  readonly tasks: number;
  readonly versions: number;
  readonly parts: number;
  readonly bytes: number;
  readonly findings: readonly Finding[];
  /** Only where fingerprints were made again. */
  readonly deep?: DeepFacts;
  readonly width: number;
  readonly paint: Paint;
}

/** Of how many versions the fingerprint was made again, and the tasks of each version of which it could not be. */
export interface DeepFacts {
  readonly made: number;
  /** Loaded tables. */
  readonly raw: readonly TaskId[];
  /** Versions with a part that is damaged. */
  readonly damaged: readonly TaskId[];
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
  'fingerprint-differs':
    'What is stored was changed together with its manifest. Restore both from a backup, or make the task again with --force.',
  'part-damaged': 'Restore the part from a backup, or make its task again with --force.',
};
const mostPerKind = 20;

/** What was read and, grouped by kind, what is wrong. */
export function verifyText(facts: VerifyFacts): string {
  const { findings, paint, width } = facts;
  const read = `${counted(facts.tasks, 'task')}, ${counted(facts.versions, 'version')}, ${counted(facts.parts, 'part')}, ${bytesText(facts.bytes)}`;
  const deep = facts.deep === undefined ? '' : deepText(facts.deep, width);
  if (findings.length === 0) return `${paint.good('Nothing is wrong')}: ${read} read.\n${deep}`;
  const lines = [`${paint.bad(`${counted(findings.length, 'finding')}`)} in ${read}. [verify-failed]`];
  for (const [kind, group] of groupBy(findings, (finding) => finding.kind)) {
    lines.push('', paint.bold(kind), ...indented(wrapped(remedies[kind as FindingKind], width - 2)));
    for (const { task, version, what } of group.slice(0, mostPerKind)) {
      lines.push(...indented([`${task} version ${version}`, ...indented(wrapped(what, width - 4))]));
    }
    if (group.length > mostPerKind)
      lines.push(`  and ${numberText(group.length - mostPerKind)} more; --json lists all`);
  }
  return `${lines.join('\n')}\n${deep === '' ? '' : `\n${deep}`}`;
}

function deepText({ made, raw, damaged }: DeepFacts, width: number): string {
  const said = [`Of ${counted(made, 'version')} the fingerprint was made again.`];
  if (raw.length > 0)
    said.push(
      `Of ${counted(raw.length, 'version')} it cannot be, for that of a loaded table is of the raw bytes as they came, which are not kept: ${namesOf(raw)}.`,
    );
  if (damaged.length > 0)
    said.push(
      `Of ${counted(damaged.length, 'version')} it was not, for a part is damaged: ${namesOf(damaged)}.`,
    );
  return `${said.flatMap((each) => wrapped(each, width)).join('\n')}\n`;
}

function namesOf(tasks: readonly TaskId[]): string {
  return [...byName(tasks).keys()].join(', ');
}

/** The same as a document. */
export function verifyDocument({ tasks, versions, parts, bytes, findings, deep }: VerifyFacts): unknown {
  const failed = findings.length > 0;
  return {
    outcome: failed ? 'failed' : 'ok',
    ...(failed ? { code: 'verify-failed' } : {}),
    tasks,
    versions,
    parts,
    bytes,
    ...(deep === undefined ? {} : { fingerprints: deepDocument(deep) }),
    findings,
  };
}

function deepDocument({ made, raw, damaged }: DeepFacts): unknown {
  return { made, notMade: { loaded: raw.length, damaged: damaged.length } };
}
