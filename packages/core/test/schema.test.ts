import { describe, expect, test } from 'vitest';
import type { ColumnType } from '../src/schema.ts';
import { decimalOf, files, table } from '../src/schema.ts';
import { rowsOf, thrownBy } from './text-table.ts';

const columns = rowsOf(
  ['name', 'type', 'refused'],
  `
  name       | type          | refused
  net        | boolean       | no
  net        | integer       | no
  net        | bigint        | no
  net        | string        | no
  net        | date          | no
  net        | timestamp     | no
  net        | decimal(18,2) | no
  net        | decimal(1,0)  | no
  net        | decimal(38,38)| no
  net_2      | bigint        | no
  net        | decimal(39,2) | Column "net" has the type "decimal(39,2)", which does not exist.
  net        | decimal(0,0)  | Column "net" has the type "decimal(0,0)", which does not exist.
  net        | decimal(2,3)  | Column "net" has the type "decimal(2,3)", which does not exist.
  net        | decimal(18,-2)| Column "net" has the type "decimal(18,-2)", which does not exist.
  net        | decimal       | Column "net" has the type "decimal", which does not exist.
  net        | double        | Column "net" has the type "double", which does not exist.
  net        | BIGINT        | Column "net" has the type "BIGINT", which does not exist.
  Net        | bigint        | Column "Net" cannot be used: begin with a lower-case letter and go on with a-z, 0-9 and _.
  2net       | bigint        | Column "2net" cannot be used: begin with a lower-case letter and go on with a-z, 0-9 and _.
  a b        | bigint        | Column "a b" cannot be used: begin with a lower-case letter and go on with a-z, 0-9 and _.
  a"b        | bigint        | Column "a"b" cannot be used: begin with a lower-case letter and go on with a-z, 0-9 and _.
`,
);

describe('a table', () => {
  test.each(columns)('with the column "$name" of the type $type is refused: $refused', (row) => {
    const thrown = thrownBy(() => table({ [row.name]: row.type as ColumnType }));
    expect(thrown).toBe(row.refused === 'no' ? 'nothing' : `definition-invalid: ${row.refused}`);
  });

  test('is shown in the order of its columns unless it says otherwise', () => {
    const declared = { net: 'bigint', kind: 'string', at: 'date' } as const;
    expect(table(declared).orderBy).toEqual(['net', 'kind', 'at']);
    expect(table(declared, { orderBy: ['kind'] }).orderBy).toEqual(['kind']);
    expect(files()).toEqual({ kind: 'files' });
  });
});

test('a decimal type has a precision and a scale, and no other type has', () => {
  expect(decimalOf('decimal(18,2)')).toEqual({ precision: 18, scale: 2 });
  expect(decimalOf('bigint')).toBeUndefined();
});
