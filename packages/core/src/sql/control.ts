import type { Check, Control } from '../control.ts';
import type { Params, Values } from '../param.ts';
import type { Columns } from '../schema.ts';
import type { Dialect } from './dialect.ts';
import { quoteName } from './dialect.ts';
import { renderSql } from './statement.ts';

/**
 * A control as SQL. `rows`: a condition that is true in every row of `output` that breaks it, so that several are counted in
 * one scan; with `offenders`, the query that says where, once there is such a row. `query`: a query whose rows break it. `groups`: a query of groups, each with a column `broken`, and the columns
 * to keep as figures.
 */
export type CompiledControl =
  | {
      readonly kind: 'rows';
      readonly relation: 'output' | 'numbered_output';
      readonly broken: string;
      readonly offenders?: string;
    }
  | { readonly kind: 'query'; readonly query: string }
  | { readonly kind: 'groups'; readonly query: string };

interface ControlContext {
  readonly params: Params;
  readonly values: Values;
  readonly output: Columns;
  readonly dialect: Dialect;
}

/**
 * Compiles a control to SQL over the relations `output`, `expected` and the inputs. `in-sequence` needs a relation
 * `numbered_output`: the output with a column `file_row_number` that counts its rows from 0 in the order written.
 */
export function compileControl(control: Control, context: ControlContext): CompiledControl {
  const { check } = control;
  const quote = (name: string): string => quoteName(name, context.dialect);
  const list = (names: readonly string[]): string => names.map(quote).join(', ');
  switch (check.kind) {
    case 'no-nulls':
      return {
        kind: 'rows',
        relation: 'output',
        broken: check.columns.map((name) => `${quote(name)} IS NULL`).join(' OR '),
      };
    case 'in-sequence':
      return {
        kind: 'rows',
        relation: 'numbered_output',
        broken: `${quote(check.column)} IS DISTINCT FROM file_row_number + 1`,
        offenders: outOfSequenceQuery(quote(check.column)),
      };
    case 'every-row': {
      const condition = renderSql(check.condition, context.params, context.values, context.dialect);
      return { kind: 'rows', relation: 'output', broken: `NOT coalesce((${condition}), FALSE)` };
    }
    case 'unique-key': {
      const key = list(check.columns);
      return {
        kind: 'query',
        query: `SELECT ${key}, count(*) AS row_count FROM output GROUP BY ${key} HAVING count(*) > 1`,
      };
    }
    case 'zero-sum': {
      const [by, column] = [list(check.by), quote(check.column)];
      const sum = `sum(${column})`;
      const group = check.by.length === 0 ? '' : ` GROUP BY ${by}`;
      return {
        kind: 'query',
        query: `SELECT ${by === '' ? '' : `${by}, `}${sum} AS sum_is_not_zero FROM output${group} HAVING ${sum} <> 0 OR count(${column}) < count(*)`,
      };
    }
    case 'same-total':
      return { kind: 'groups', query: sameTotalQuery(check, context.dialect) };
    case 'no-rows':
      return {
        kind: 'query',
        query: renderSql(check.query, context.params, context.values, context.dialect),
      };
  }
}

/** The relations besides `output` that a control reads, so that one over `expected` is left out where nothing is expected. */
export function readsExpected(control: Control, params: Params, values: Values): boolean {
  const { check } = control;
  if (check.kind === 'same-total')
    return [check.left, check.right].some((each) => each.startsWith('expected.'));
  if (check.kind !== 'no-rows') return false;
  return /\bexpected\b/i.test(withoutTexts(renderSql(check.query, params, values, 'duckdb')));
}

/** A statement without its text literals and comments, which may speak of anything. */
function withoutTexts(statement: string): string {
  return statement.replaceAll(/'(?:[^']|'')*'|--[^\n]*|\/\*[^]*?\*\//g, ' ');
}

/** The rows that do not follow the one before them: behind one gap every row is out of place, and only the first says where. */
function outOfSequenceQuery(column: string): string {
  const before = `lag(${column}, 1, 0) OVER (ORDER BY file_row_number)`;
  const rows = `SELECT file_row_number + 1 AS record, ${before} AS value_before, * FROM numbered_output`;
  return (
    `SELECT * EXCLUDE (file_row_number) FROM (${rows}) ` +
    `WHERE CAST(${column} AS DECIMAL(38,0)) IS DISTINCT FROM CAST(value_before AS DECIMAL(38,0)) + 1`
  );
}

function sameTotalQuery(check: Check & { readonly kind: 'same-total' }, dialect: Dialect): string {
  const quote = (name: string): string => quoteName(name, dialect);
  const keys = check.by.map((name, index) => `${quote(name)} AS k${index}`).join(', ');
  const group = check.by.length === 0 ? '' : ` GROUP BY ${check.by.map(quote).join(', ')}`;
  const totals = (reference: string): string => {
    const [relation = '', column = ''] = reference.split('.');
    const total = column === '*' ? 'count(*)' : `sum(${quote(column)})`;
    return `SELECT ${keys === '' ? '' : `${keys}, `}coalesce(${total}, 0) AS total FROM ${quote(relation)}${group}`;
  };
  const on =
    check.by.length === 0
      ? '1 = 1'
      : check.by.map((_, index) => `l.k${index} IS NOT DISTINCT FROM r.k${index}`).join(' AND ');
  const selected = check.by
    .map((name, index) => `coalesce(l.k${index}, r.k${index}) AS ${quote(name)}, `)
    .join('');
  const different = 'coalesce(l.total, 0) <> coalesce(r.total, 0)';
  return (
    `SELECT ${selected}l.total AS ${quote(check.left)}, r.total AS ${quote(check.right)}, ${different} AS broken ` +
    `FROM (${totals(check.left)}) l FULL JOIN (${totals(check.right)}) r ON ${on}`
  );
}
