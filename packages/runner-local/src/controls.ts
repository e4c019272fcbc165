import type { ControlResult } from '@daybook/core';
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

const mostGroupsAsFigures = 10;

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
  if (broken !== '0' && compiled.offenders !== undefined) {
    const where = await queryResult(session, control, compiled.offenders);
    return { ...where, figures: { rows: counted.rows, ...where.figures } };
  }
  return await result(session, control, { rows: counted.rows, broken }, brokenRows(compiled));
}

async function queryResult(session: Session, control: LocalControl, query: string): Promise<ControlResult> {
  const [row] = await session.rows(countBroken(query));
  return await result(session, control, { broken: row?.['broken'] ?? '0' }, query);
}

async function groupsResult(session: Session, control: LocalControl, query: string): Promise<ControlResult> {
  const [row] = await session.rows(countGroups(query));
  const counts = { groups: row?.['groups'] ?? '0', broken: row?.['broken'] ?? '0' };
  const few = Number(counts.groups) <= mostGroupsAsFigures;
  // The counts once more at the end: a group of the data may be called `broken`, and must not stand for them.
  const figures = { ...counts, ...(few ? await groupFigures(session, query) : {}), ...counts };
  return await result(session, control, figures, brokenGroups(query));
}

/** The totals of few groups, one figure a group: `EUR` → `12.00 = 12.00`. */
async function groupFigures(session: Session, query: string): Promise<Readonly<Record<string, string>>> {
  const figures: Record<string, string> = {};
  for (const row of await session.rows(groupTotals(query))) {
    const cells = Object.entries(row);
    const [left, right] = cells.slice(-2).map(([, value]) => value ?? '0');
    const group = cells
      .slice(0, -2)
      .map(([, value]) => value ?? 'null')
      .join(' ');
    figures[group === '' ? 'total' : group] = left === right ? (left ?? '0') : `${left} ≠ ${right}`;
  }
  return figures;
}

async function result(
  session: Session,
  control: LocalControl,
  figures: Readonly<Record<string, string>> & { readonly broken: string },
  offenders: string,
): Promise<ControlResult> {
  const held = figures.broken === '0';
  const { name, remedy } = control;
  if (held) return { name, held, figures };
  const rows = await session.rows(offendingRows(offenders));
  return { name, held, figures, offenders: rows, ...(remedy === undefined ? {} : { remedy }) };
}
