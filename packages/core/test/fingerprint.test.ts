import { describe, expect, test } from 'vitest';
import { canonicalJson, sha256 } from '../src/digest.ts';
import { filesFingerprint, rowSumsQuery, tableFingerprint } from '../src/sql/fingerprint.ts';
import { rowLinesQuery } from '../src/sql/rows.ts';

const columns = {
  id: 'bigint',
  net: 'decimal(18,2)',
  kind: 'string',
  at: 'timestamp',
  on_day: 'date',
  good: 'boolean',
} as const;
const declared = { kind: 'table', columns: Object.entries(columns) } as const;

describe('a fingerprint', () => {
  test('is asked of DuckDB so', () => {
    expect(rowSumsQuery('output', columns, 'duckdb')).toBe(
      "SELECT CAST(count(*) AS VARCHAR) AS rows, coalesce(CAST(sum(CAST(('0x' || substr(digest, 1, 16)) AS UBIGINT)) AS VARCHAR), '0') AS high, " +
        "coalesce(CAST(sum(CAST(('0x' || substr(digest, 17)) AS UBIGINT)) AS VARCHAR), '0') AS low FROM (SELECT md5(concat(" +
        `CASE WHEN "id" IS NULL THEN 'n' ELSE 'v' END, "id", CASE WHEN "net" IS NULL THEN 'n' ELSE 'v' END, "net", ` +
        `CASE WHEN "kind" IS NULL THEN 'n' ELSE 'v' END, char_length("kind"), CASE WHEN "kind" IS NOT NULL THEN ':' END, "kind", ` +
        `CASE WHEN "at" IS NULL THEN 'n' ELSE 'v' END, epoch_us("at"), CASE WHEN "on_day" IS NULL THEN 'n' ELSE 'v' END, "on_day", ` +
        `CASE WHEN "good" IS NULL THEN 'n' ELSE 'v' END, "good")) AS digest FROM output)`,
    );
  });

  test('is asked of Spark so', () => {
    expect(rowSumsQuery('output', columns, 'spark')).toBe(
      "SELECT CAST(count(*) AS STRING) AS rows, coalesce(CAST(sum(CAST(conv(substring(digest, 1, 16), 16, 10) AS DECIMAL(20,0))) AS STRING), '0') AS high, " +
        "coalesce(CAST(sum(CAST(conv(substring(digest, 17, 16), 16, 10) AS DECIMAL(20,0))) AS STRING), '0') AS low FROM (SELECT md5(concat(" +
        "coalesce('v' || CAST(`id` AS STRING), 'n'), coalesce('v' || CAST(`net` AS STRING), 'n'), " +
        "coalesce('v' || CAST(char_length(`kind`) AS STRING) || ':' || `kind`, 'n'), " +
        "coalesce('v' || CAST(unix_micros(`at`) AS STRING), 'n'), coalesce('v' || CAST(`on_day` AS STRING), 'n'), " +
        "coalesce('v' || CAST(`good` AS STRING), 'n'))) AS digest FROM output)",
    );
  });

  test('of a table is a digest of columns in order, rows and sums, which never changes', () => {
    const sums = { rows: '2', high: '123', low: '456' };
    const fingerprint = tableFingerprint(declared, sums);
    expect(fingerprint).toBe(
      sha256(
        '{"columns":[["id","bigint"],["net","decimal(18,2)"],["kind","string"],["at","timestamp"],["on_day","date"],["good","boolean"]],"high":"123","low":"456","rows":"2"}',
      ),
    );
    const others = [
      tableFingerprint(declared, { ...sums, rows: '3' }),
      tableFingerprint(declared, { ...sums, high: '124' }),
      tableFingerprint(declared, { ...sums, low: '457' }),
      tableFingerprint({ ...declared, columns: declared.columns.toReversed() }, sums),
      tableFingerprint({ ...declared, columns: [['id', 'integer'], ...declared.columns.slice(1)] }, sums),
    ];
    expect(new Set([fingerprint, ...others]).size).toBe(6);
  });

  test('of files is of names and contents, whatever their order', () => {
    const [a, b] = [
      { name: 'a.tsv', sha256: '1' },
      { name: 'b.tsv', sha256: '2' },
    ];
    expect(filesFingerprint([b, a])).toBe(filesFingerprint([a, b]));
    expect(filesFingerprint([a, b])).toBe(sha256('[["a.tsv","1"],["b.tsv","2"]]'));
    expect(filesFingerprint([a, { ...b, name: 'c.tsv' }])).not.toBe(filesFingerprint([a, b]));
    expect(filesFingerprint([a])).not.toBe(filesFingerprint([a, b]));
  });
});

describe('canonical JSON', () => {
  test('orders the keys of every object and leaves lists as they are', () => {
    expect(canonicalJson({ b: [{ d: 1, c: 2 }, 'x'], a: { z: null, y: undefined } })).toBe(
      '{"a":{"z":null},"b":[{"c":2,"d":1},"x"]}',
    );
  });

  test('is digested with SHA-256 of its UTF-8', () => {
    expect(sha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(sha256('é')).toBe(sha256(new Uint8Array([0xc3, 0xa9])));
  });
});

describe('the rows of a table as lines', () => {
  const some = { id: 'bigint', kind: 'string' } as const;
  test('of TSV escape what would break a line', () => {
    expect(rowLinesQuery('t', some, { orderBy: ['id'], as: 'tsv' })).toBe(
      String.raw`SELECT coalesce(CAST("id" AS VARCHAR), '') || chr(9) || coalesce(replace(replace(replace(replace("kind", '\', '\\'), chr(9), '\t'), chr(10), '\n'), chr(13), '\r'), '') AS line FROM (SELECT * FROM t AS stored ORDER BY stored."id" ASC NULLS FIRST) AS stored ORDER BY stored."id" ASC NULLS FIRST`,
    );
  });

  test('of JSON are arrays of texts, as many as asked for', () => {
    expect(rowLinesQuery('t', some, { orderBy: [], limit: 5, as: 'json' })).toBe(
      'SELECT CAST(to_json([CAST("id" AS VARCHAR), "kind"]::VARCHAR[]) AS VARCHAR) AS line FROM (SELECT * FROM t AS stored LIMIT 5) AS stored',
    );
  });
});
