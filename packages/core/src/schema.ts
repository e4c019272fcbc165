import { DaybookError } from './errors.ts';

/** Columns in order: the type of each. */
export interface Columns {
  readonly [name: string]:
    | 'boolean'
    | 'integer'
    | 'bigint'
    | `decimal(${number},${number})`
    | 'string'
    | 'date'
    | 'timestamp';
}

/**
 * The type of a column. `integer` has 32 bits, `bigint` 64; a `timestamp` is an instant in microseconds, adjusted to UTC;
 * `decimal(p,s)` has p digits, s of them behind the point, p at most 38.
 */
export type ColumnType = Columns[string];

/** A table as output. `orderBy` is the order in which people are shown its rows; rows as stored have no order. */
export interface TableOutput<C extends Columns = Columns> {
  readonly kind: 'table';
  readonly columns: C;
  readonly orderBy: readonly (keyof C & string)[];
}

/** Named files as output. */
export interface FilesOutput {
  readonly kind: 'files';
}

export type Output = TableOutput | FilesOutput;

/**
 * Declares a table with these columns.
 * @example table({ account_id: 'bigint', net: 'decimal(18,2)' }, { orderBy: ['account_id'] })
 */
export function table<const C extends Columns>(
  columns: C,
  options: { readonly orderBy?: readonly (keyof C & string)[] } = {},
): TableOutput<C> {
  for (const [name, type] of Object.entries(columns)) checkColumn(name, type);
  return { kind: 'table', columns, orderBy: options.orderBy ?? Object.keys(columns) };
}

/** Declares named files: a task whose code job writes them itself. Such a task has no controls. */
export function files(): FilesOutput {
  return { kind: 'files' };
}

/** Precision and scale of a decimal column type; undefined for any other type. */
export function decimalOf(
  type: ColumnType,
): { readonly precision: number; readonly scale: number } | undefined {
  const match = /^decimal\((\d+),(\d+)\)$/.exec(type);
  return match === null ? undefined : { precision: Number(match[1]), scale: Number(match[2]) };
}

function checkColumn(name: string, type: ColumnType): void {
  if (!/^[a-z][a-z0-9_]*$/.test(name)) {
    throw new DaybookError(
      'definition-invalid',
      `Column "${name}" cannot be used: begin with a lower-case letter and go on with a-z, 0-9 and _.`,
    );
  }
  const decimal = decimalOf(type);
  const known = ['boolean', 'integer', 'bigint', 'string', 'date', 'timestamp'].includes(type);
  if (
    known ||
    (decimal && decimal.precision >= 1 && decimal.precision <= 38 && decimal.scale <= decimal.precision)
  )
    return;
  throw new DaybookError(
    'definition-invalid',
    `Column "${name}" has the type "${type}", which does not exist.`,
  );
}
