import type { CompiledControl } from '@daybook/core';
import { mostOffenders } from '@daybook/core';
import { subquery } from './engine.ts';

/** A compiled control that looks at each row by itself. */
export type Rows = CompiledControl & { readonly kind: 'rows' };

/** Every query that may be run for these controls, those that look for offenders too. */
export function controlQueries(controls: readonly CompiledControl[]): readonly string[] {
  const rows = controls.filter((control) => control.kind === 'rows');
  const counts = rows.length === 0 ? [] : [countRows(rows)];
  return [...counts, ...controls.flatMap(queriesOf)];
}

function queriesOf(control: CompiledControl): readonly string[] {
  if (control.kind === 'query') return [countBroken(control.query), offendingRows(control.query)];
  if (control.kind === 'groups') {
    const { query } = control;
    return [countGroups(query), groupTotals(query), offendingRows(brokenGroups(query))];
  }
  const { offenders } = control;
  if (offenders === undefined) return [offendingRows(brokenRows(control))];
  return [countBroken(offenders), offendingRows(offenders)];
}

/** One scan for all controls that look at single rows: `rows`, and `broken_0` and so on in their order. */
export function countRows(all: readonly Rows[]): string {
  const relation = all.some((each) => each.relation === 'numbered_output') ? 'numbered_output' : 'output';
  const counts = all.map((each, index) => `count(*) FILTER (WHERE ${each.broken}) AS broken_${index}`);
  return `SELECT count(*) AS rows, ${counts.join(', ')} FROM ${relation}`;
}

/** The rows that break a control. */
export function brokenRows({ relation, broken }: Rows): string {
  return `SELECT * FROM ${relation} WHERE ${broken}`;
}

/** How many rows a query of offenders has, as `broken`. */
export function countBroken(query: string): string {
  return `SELECT count(*) AS broken FROM ${subquery(query)}`;
}

/** How many groups there are and how many of them are `broken`. */
export function countGroups(query: string): string {
  return `SELECT count(*) AS groups, count(*) FILTER (WHERE broken) AS broken FROM ${subquery(query)}`;
}

/** The groups with their totals, in order. */
export function groupTotals(query: string): string {
  return `SELECT * EXCLUDE (broken) FROM ${subquery(query)} ORDER BY ALL`;
}

/** The groups that are broken. */
export function brokenGroups(query: string): string {
  return `SELECT * EXCLUDE (broken) FROM ${subquery(query)} WHERE broken`;
}

/** The first rows of a query of offenders. */
export function offendingRows(offenders: string): string {
  return `SELECT * FROM ${subquery(offenders)} ORDER BY ALL LIMIT ${mostOffenders}`;
}
