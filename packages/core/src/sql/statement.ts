import { assert } from '../assert.ts';
import { DaybookError } from '../errors.ts';
import type { Param, Params, ParamValue, Values } from '../param.ts';
import type { Dialect } from './dialect.ts';
import { quoteText } from './dialect.ts';

/** A place in a statement where a parameter of the task goes. */
export interface ParamReference {
  readonly param: string;
}

type Literal = string | number | bigint | boolean;
type Piece = string | ParamReference | { readonly literal: Literal };

/**
 * A SQL statement or a piece of one. It stays apart from the values of a task's parameters: the text is the same for all
 * days, so its digest is too.
 */
export interface SqlText {
  readonly kind: 'sql';
  readonly pieces: readonly Piece[];
}

type Interpolated = SqlText | ParamReference | Literal | readonly Literal[];

/**
 * SQL in the common subset of DuckDB and Spark. A text, number or list put in becomes a literal (an empty list becomes
 * `NULL`), another `sql` becomes part of the statement, and `param('date')` the task's own parameter.
 * @example sql`SELECT account_id FROM report WHERE account_id IN (${houseAccounts}) AND date = ${param('date')}`
 */
export function sql(strings: TemplateStringsArray, ...values: readonly Interpolated[]): SqlText {
  const pieces: Piece[] = [];
  for (const [index, string] of strings.entries()) {
    pieces.push(string);
    if (index < values.length) pieces.push(...piecesOf(values[index], string));
  }
  return { kind: 'sql', pieces };
}

/** The parameter `name` of the task whose statement this is. A day becomes a `DATE`, a month a text. */
export function param(name: string): ParamReference {
  return { param: name };
}

/** Whether `value` is a statement made by `sql`. */
export function isSqlText(value: unknown): value is SqlText {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'sql';
}

/** The statement with its parameters still named, as it goes into the code digest. */
export function sqlTemplate(statement: SqlText): string {
  return joined(
    statement.pieces.map((piece) =>
      isParamReference(piece) ? `{${piece.param}}` : pieceText(piece, 'duckdb'),
    ),
  );
}

/** The names of the parameters that a statement uses. */
export function paramsOf(statement: SqlText): readonly string[] {
  return statement.pieces.flatMap((piece) => (isParamReference(piece) ? [piece.param] : []));
}

/** The statement for one task, its parameters in place as literals of `dialect`. */
export function renderSql(statement: SqlText, params: Params, values: Values, dialect: Dialect): string {
  return renderWithPlaces(statement, params, values, dialect).text;
}

/** A stretch of a text, from `start` to before `end`, in UTF-16 units. */
export interface TextPlace {
  readonly start: number;
  readonly end: number;
}

/** The same, with the places of the values put in: all else was written by the author, for every engine alike. */
export function renderWithPlaces(
  statement: SqlText,
  params: Params,
  values: Values,
  dialect: Dialect,
): { readonly text: string; readonly inserted: readonly TextPlace[] } {
  const render = (piece: Piece): string => {
    if (!isParamReference(piece)) return pieceText(piece, dialect);
    const declared = params[piece.param];
    assert(declared, `The statement uses the parameter "${piece.param}", which its task does not have.`);
    return paramLiteral(declared, values[piece.param], dialect);
  };
  const inserted: TextPlace[] = [];
  let text = '';
  for (const piece of statement.pieces) {
    const rendered = render(piece);
    text = joined([text, rendered]);
    if (typeof piece !== 'string') inserted.push({ start: text.length - rendered.length, end: text.length });
  }
  return { text, inserted };
}

function piecesOf(value: Interpolated | undefined, before: string): readonly Piece[] {
  if (isSqlText(value)) return value.pieces;
  if (isParamReference(value)) return [value];
  if (!Array.isArray(value)) return [{ literal: literalOf(value, before) }];
  if (value.length === 0) return ['NULL'];
  return value.flatMap((each: unknown, index): readonly Piece[] => {
    const literal = { literal: literalOf(each, before) };
    return index === 0 ? [literal] : [', ', literal];
  });
}

function literalOf(value: unknown, before: string): Literal {
  const finite = typeof value !== 'number' || Number.isFinite(value);
  if (finite && ['string', 'number', 'bigint', 'boolean'].includes(typeof value)) return value as Literal;
  throw new DaybookError(
    'definition-invalid',
    `A statement is given ${String(value)} after "${before.trim().slice(-60)}": put in a text, a number, true, false, a list of these, param('…') or another sql.`,
  );
}

/** Pieces side by side; between two minus signs a space, for together they would begin a comment. */
function joined(texts: readonly string[]): string {
  return texts.reduce(
    (all, text) => (all.endsWith('-') && text.startsWith('-') ? `${all} ${text}` : all + text),
    '',
  );
}

function isParamReference(value: unknown): value is ParamReference {
  return typeof value === 'object' && value !== null && 'param' in value;
}

function pieceText(piece: string | { readonly literal: Literal }, dialect: Dialect): string {
  if (typeof piece === 'string') return piece;
  return typeof piece.literal === 'string' ? quoteText(piece.literal, dialect) : String(piece.literal);
}

function paramLiteral(declared: Param, value: ParamValue | undefined, dialect: Dialect): string {
  if (value === undefined) return 'NULL';
  if (declared.kind === 'day') return `DATE ${quoteText(String(value), dialect)}`;
  return typeof value === 'string' ? quoteText(value, dialect) : String(value);
}
