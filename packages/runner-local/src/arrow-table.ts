import type { Columns, ColumnType } from '@daybook/core';
import { decimalOf } from '@daybook/core';
import type { DataType, Int64, Table, Vector } from 'apache-arrow';
import * as arrow from 'apache-arrow';

/** One row as plain values: decimals as integers of their smallest unit, dates as `2018-07-24`, timestamps as microseconds. */
export type PlainRow = Readonly<Record<string, string | number | bigint | boolean | null>>;

/**
 * An Arrow table of the declared columns from plain rows, as a code job may return it.
 * @example arrowTable({ item: 'string', price: 'decimal(18,2)' }, [{ item: 'tea', price: 1250n }])
 */
export function arrowTable(columns: Columns, rows: readonly PlainRow[]): Table {
  const vectors = Object.entries(columns).map(
    ([name, type]) =>
      [
        name,
        vectorOf(
          type,
          rows.map((row) => row[name] ?? null),
        ),
      ] as const,
  );
  return new arrow.Table(Object.fromEntries(vectors));
}

/** An Arrow decimal, as four 32-bit words of two's complement, as an integer of its smallest unit. */
export function minorUnits(words: Uint32Array): bigint {
  let value = 0n;
  for (let index = words.length - 1; index >= 0; index -= 1)
    value = (value << 32n) | BigInt(words[index] ?? 0);
  return BigInt.asIntN(words.length * 32, value);
}

function vectorOf(type: ColumnType, values: readonly PlainRow[string][]): Vector {
  // Arrow's builder takes timestamps as milliseconds in a float: their microseconds are built as the integers they are.
  const built = type === 'timestamp' ? new arrow.Int64() : arrowType(type);
  const builder = arrow.makeBuilder({ type: built, nullValues: [null] });
  for (const value of values) builder.append(value === null ? null : (arrowValue(type, value) as never));
  const vector = builder.finish().toVector();
  return type === 'timestamp' ? timestampVector(vector as Vector<Int64>) : vector;
}

function timestampVector(microseconds: Vector<Int64>): Vector {
  const type = new arrow.TimestampMicrosecond('UTC');
  return new arrow.Vector(
    microseconds.data.map(({ length, nullCount, nullBitmap, values }) =>
      arrow.makeData({ type, length, nullCount, nullBitmap, data: values }),
    ),
  );
}

function arrowValue(type: ColumnType, value: NonNullable<PlainRow[string]>): unknown {
  if (decimalOf(type) !== undefined) return words(BigInt(value));
  if (type === 'bigint' || type === 'timestamp') return BigInt(value);
  if (type === 'date') return new Date(`${String(value)}T00:00:00Z`);
  return value;
}

function words(value: bigint): Uint32Array {
  return Uint32Array.from({ length: 4 }, (_, index) =>
    Number(BigInt.asUintN(32, value >> BigInt(32 * index))),
  );
}

function arrowType(type: ColumnType): DataType {
  const decimal = decimalOf(type);
  if (decimal !== undefined) return new arrow.Decimal(decimal.scale, decimal.precision, 128);
  if (type === 'bigint') return new arrow.Int64();
  if (type === 'integer') return new arrow.Int32();
  if (type === 'boolean') return new arrow.Bool();
  if (type === 'date') return new arrow.DateDay();
  return type === 'timestamp' ? new arrow.TimestampMicrosecond('UTC') : new arrow.Utf8();
}
