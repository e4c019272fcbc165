import type { ControlResult, GroupTotals } from '@daybook/core';
import { controlResult, mostGroupsAsFigures } from '@daybook/core';
import {
  brokenGroups,
  brokenRows,
  countBroken,
  countGroups,
  countRows,
  groupTotals,
  offendingRows,
} from './control-queries.ts';
import type { Rows } from './control-queries.ts';
import type { Session } from './engine.ts';
import type { LocalControl } from './local-job.ts';

/**
 * Runs controls over the relations `output`, `numbered_output`, `expected` and the inputs. Those that look at each row by
 * itself share one scan. One that reads `expected` is left out where nothing is expected.
 */
export async function runControls(
  session: Session,
  controls: readonly LocalControl[],
  expected: boolean,
): Promise<readonly ControlResult[]> {
  const wanted = controls.filter((control) => expected || !control.readsExpected);
  const rowControls = wanted.filter((control) => control.compiled.kind === 'rows');
  const counted = await rowCounts(session, rowControls);
  const results: ControlResult[] = [];
  for (const control of wanted) {
    const { compiled } = control;
    if (compiled.kind === 'rows') results.push(await rowsResult(session, control, compiled, counted));
    else if (compiled.kind === 'query') results.push(await queryResult(session, control, compiled.query));
    else results.push(await groupsResult(session, control, compiled.query));
  }
  return results;
}

/** How many rows there are, and how many of them break each control. */
interface Counted {
  readonly rows: string;
  readonly broken: ReadonlyMap<LocalControl, string>;
}

async function rowCounts(session: Session, controls: readonly LocalControl[]): Promise<Counted> {
  if (controls.length === 0) return { rows: '0', broken: new Map() };
  const [row] = await session.rows(countRows(controls.map((control) => control.compiled as Rows)));
  const broken = controls.map((control, index) => [control, row?.[`broken_${index}`] ?? '0'] as const);
  return { rows: row?.['rows'] ?? '0', broken: new Map(broken) };
}

async function rowsResult(
  session: Session,
  control: LocalControl,
  compiled: Rows,
  counted: Counted,
): Promise<ControlResult> {
  const broken = counted.broken.get(control) ?? '0';
  const counts = { rows: counted.rows, broken };
  if (broken === '0' || compiled.offenders === undefined)
    return await result(session, control, { counts, offenders: brokenRows(compiled) });
  const [row] = await session.rows(countBroken(compiled.offenders));
  return await result(session, control, {
    counts: { rows: counted.rows, broken: row?.['broken'] ?? '0' },
    offenders: compiled.offenders,
  });
}

async function queryResult(session: Session, control: LocalControl, query: string): Promise<ControlResult> {
  const [row] = await session.rows(countBroken(query));
  return await result(session, control, { counts: { broken: row?.['broken'] ?? '0' }, offenders: query });
}

async function groupsResult(session: Session, control: LocalControl, query: string): Promise<ControlResult> {
  const [row] = await session.rows(countGroups(query));
  const counts = { groups: row?.['groups'] ?? '0', broken: row?.['broken'] ?? '0' };
  const few = Number(counts.groups) <= mostGroupsAsFigures;
  const totals = few ? await totalsOf(session, query) : [];
  return await result(session, control, { counts, totals, offenders: brokenGroups(query) });
}

async function totalsOf(session: Session, query: string): Promise<readonly GroupTotals[]> {
  return (await session.shown(groupTotals(query))).map((row) => {
    const cells = Object.values(row);
    return { group: cells.slice(0, -2), left: cells.at(-2) ?? null, right: cells.at(-1) ?? null };
  });
}

/** What was counted, and the query for the rows that break the control. */
interface Found {
  readonly counts: Readonly<Record<string, string>> & { readonly broken: string };
  readonly totals?: readonly GroupTotals[];
  readonly offenders: string;
}

async function result(session: Session, control: LocalControl, found: Found): Promise<ControlResult> {
  const { name, remedy } = control;
  const held = found.counts.broken === '0';
  const offenders = held ? {} : { offenders: await session.shown(offendingRows(found.offenders)) };
  const { counts, totals = [] } = found;
  return controlResult({ name, held, counts, totals, ...offenders }, remedy);
}
