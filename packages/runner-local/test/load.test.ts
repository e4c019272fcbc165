import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { load, loadFile } from './loading.ts';
import { query, temporaryFolder } from './project.ts';

const csv = { format: 'csv' } as const;
const two = [
  { a: '1', b: 'x' },
  { a: '2', b: 'y' },
];

describe('NDJSON is read', () => {
  test.each([
    ['as it is', '{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n'],
    ['without a line feed at its end', '{"a":1,"b":"x"}\n{"a":2,"b":"y"}'],
    ['with blank last lines', '{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n\n\n'],
    ['with a byte order mark', '\ufeff{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n'],
    ['with CRLF', '{"a":1,"b":"x"}\r\n{"a":2,"b":"y"}\r\n\r\n'],
    [
      'with keys in any order and unknown fields',
      '{"b":"x","a":1,"c":[1,{"d":2}]}\n{"c":null,"b":"y","a":2}\n',
    ],
  ])('%s', async (_, text) => {
    expect(await load(text)).toEqual(two);
  });

  test('as null where a field is null or is not there', async () => {
    expect(await load('{"a":null,"b":""}\n{"b":"null"}\n{}\n')).toEqual([
      { a: null, b: '' },
      { a: null, b: 'null' },
      { a: null, b: null },
    ]);
  });

  test('in its order, line by line, however long it is', async () => {
    const lines = Array.from({ length: 300_000 }, (_, index) => `{"a":${index},"b":"some text ${index}"}`);
    const loaded = await load(lines.join('\n'), {
      output: { rows: 'bigint', wrong: 'bigint' },
      statement: `SELECT count(*) AS rows, count(*) FILTER (WHERE a <> CAST(row AS VARCHAR)) AS wrong
        FROM (SELECT a, row_number() OVER () - 1 AS row FROM raw)`,
    });
    expect(loaded).toEqual([{ rows: '300000', wrong: '0' }]);
  });

  test('with quotes, escapes, emoji and other letters', async () => {
    expect(await load(`${JSON.stringify({ a: '🍵 "é"\t\n\\', b: '\u0001\u2028' })}\n`)).toEqual([
      { a: '🍵 "é"\t\n\\', b: '\u0001\u2028' },
    ]);
  });

  test('as no rows when it is empty', async () => {
    expect(await load('')).toEqual([]);
  });
});

describe('JSON numbers come as text that a statement can refuse:', () => {
  test.each([
    ['9223372036854775807', '9223372036854775807'],
    ['9223372036854775808', '9223372036854775808'],
    ['-9223372036854775809', '-9223372036854775809'],
    ['18446744073709551616', '18446744073709551616'],
    ['123456789012345678901234567890', '123456789012345678901234567890'],
    ['12.0', '12.0'],
    ['12.5', '12.5'],
    ['1e3', '1000.0'],
    ['-0', '0'],
    ['-0.0', '-0.0'],
    ['1E400', '1E400'],
    ['true', 'true'],
    ['[1]', '[1]'],
  ])('%s as %s', async (written, read) => {
    expect(await load(`{"a":${written}}\n`)).toEqual([{ a: read, b: null }]);
  });

  test('a fraction as the float that is nearest, so that only text is exact', async () => {
    expect(await load('{"a":0.1234567890123456789}\n{"a":12.30}\n')).toEqual([
      { a: '0.12345678901234568', b: null },
      { a: '12.3', b: null },
    ]);
  });

  test('a json column keeps the quotes of a string, and a number has none', async () => {
    expect(
      await load('{"a":"12.30","b":12.30}\n{"a":"x\\"y","b":null}\n', { raw: { a: 'json', b: 'json' } }),
    ).toEqual([
      { a: '"12.30"', b: '12.3' },
      { a: '"x\\"y"', b: null },
    ]);
  });
});

describe('NDJSON is refused, with the number of the line,', () => {
  const good = Array.from({ length: 40 }, (_, index) => `{"a":${index},"b":"x"}\n`).join('');

  test.each([
    [
      'a last line that is cut',
      '{"a":1,"b":',
      String.raw`line 41 is not JSON: unexpected end of data at byte 12: "{\"a\":1,\"b\":". Have the file corrected, then run again.`,
    ],
    ['a list', '[1,2]\n', 'line 41: Expected OBJECT, but got ARRAY: [1,2]. Have the file corrected'],
    ['a number', '42\n', 'line 41: Expected OBJECT, but got UBIGINT: 42'],
    ['a text', '"hello"\n', 'line 41: Expected OBJECT, but got VARCHAR: "hello"'],
    ['words', 'hello\n', 'line 41 is not JSON'],
    ['two records in a line', '{"a":1}{"a":2}\n', 'line 41 is not JSON: unexpected content after document'],
    ['a field that is there twice', '{"a":1,"a":2}\n', 'line 41: Object {"a":1,"a":2} has duplicate key "a"'],
    ['a number with leading zeros', '{"a":007}\n', 'line 41 is not JSON'],
    ['half a surrogate pair', '{"a":"\\ud83d"}\n', 'line 41 is not JSON'],
  ])('for %s', async (_, line, message) => {
    const refusal = await load(good + line);
    expect(refusal).toContain(`loaded cannot be loaded from raw.ndjson: ${message}`);
    expect(refusal).not.toMatch(/auto_detect|ignore_errors|\n/);
  });

  test('for bytes that are not UTF-8', async () => {
    const message = await load(
      Buffer.concat([Buffer.from(`${good}{"a":"caf`), Buffer.from([0xe9]), Buffer.from('"}\n')]),
    );
    expect(message).toContain('line 41 is not JSON: invalid UTF-8 encoding in string');
  });

  test('for a list in place of lines', async () => {
    expect(await load('[{"a":1},{"a":2}]\n')).toContain('line 1: Expected OBJECT, but got ARRAY');
  });

  test('for the first wrong line of a big file, deep inside it', async () => {
    const lines = Array.from(
      { length: 300_000 },
      (_, index) => `{"a":${index},"b":"some text that makes it longer"}`,
    );
    lines[279_999] = '{"a":';
    lines[289_999] = '[]';
    expect(await load(lines.join('\n'))).toContain('line 280000 is not JSON');
  });
});

const refusing = {
  output: { a: 'bigint' },
  statement: `SELECT CASE WHEN regexp_full_match(a, '\\d+') THEN CAST(a AS BIGINT)
    ELSE error('line ' || coalesce(CAST(line AS VARCHAR), '?') || ': the a ' || coalesce(a, 'null') || ' is no number') END AS a FROM raw`,
} as const;

describe('a statement refuses a record and names its line', () => {
  test('in NDJSON', async () => {
    expect(await load('{"a":1}\n{"a":12.5}\n{"a":"x"}\n', refusing)).toBe(
      'loaded cannot be loaded from raw.ndjson: line 2: the a 12.5 is no number',
    );
    expect(await load('{"a":1}\n{}\n', refusing)).toContain('line 2: the a null is no number');
  });

  test('in CSV, whose header is line 1', async () => {
    expect(await load('a,b\n1,x\n2,y\n,z\n', { ...refusing, ...csv })).toContain(
      'line 4: the a null is no number',
    );
  });

  test('in Parquet, whose rows count from 1', async () => {
    const path = join(temporaryFolder(), 'raw.parquet');
    await query(`COPY (SELECT * FROM (VALUES ('1'), ('2'), ('x')) t(a)) TO '${path}' (FORMAT parquet)`);
    expect(await loadFile(path, { ...refusing, format: 'parquet' })).toContain(
      'line 3: the a x is no number',
    );
  });

  test.each(['ndjson', 'csv'] as const)(
    'near the end of a big file of %s, the first of several',
    async (format) => {
      const record = (a: unknown): string =>
        format === 'csv' ? `${String(a)},"some, text"` : `{"a":"${String(a)}","b":"some text"}`;
      const lines = Array.from({ length: 300_000 }, (_, index) => record(index));
      lines[299_000] = record('wrong');
      lines[299_500] = record('worse');
      const header = format === 'csv' ? ['a,b'] : [];
      const line = 299_001 + header.length;
      expect(await load([...header, ...lines, ''].join('\n'), { ...refusing, format })).toContain(
        `line ${line}: the a wrong is no number`,
      );
    },
  );
});

describe('CSV is read', () => {
  test.each([
    ['as it is', 'a,b\n1,x\n2,y\n'],
    ['without a line feed at its end', 'a,b\n1,x\n2,y'],
    ['with blank last lines', 'a,b\n1,x\n2,y\n\n\n'],
    ['with a byte order mark', '\ufeffa,b\n1,x\n2,y\n'],
    ['with CRLF', 'a,b\r\n1,x\r\n2,y\r\n\r\n'],
    ['with its columns in another order, and unknown ones', 'c,b,a\n7,x,1\n8,y,2\n'],
    [
      'with unknown columns of any name, or none, or the same',
      ',a,A,b,c,c,line,\n0,1,7,x,,8,9,\n0,2,7,y,,8,9,\n',
    ],
    ['with a blank last line that ends in another way', 'a,b\r\n1,x\r\n2,y\r\n\n'],
    ['with blank last lines that end in other ways', 'a,b\n1,x\n2,y\n\r\n\n\r\n'],
    ['with quoted names and fields', '\ufeff"a","b"\r\n"1","x"\r\n"2","y"\r\n'],
  ])('%s', async (_, text) => {
    expect(await load(text, csv)).toEqual(two);
  });

  test('with commas, quotes, line feeds, emoji and spaces in quoted fields', async () => {
    expect(await load('a,b\n"1,5","he said ""hi"""\n"x\ny"," 🍵 "\n', csv)).toEqual([
      { a: '1,5', b: 'he said "hi"' },
      { a: 'x\ny', b: ' 🍵 ' },
    ]);
  });

  test('with null for an empty field, quoted or not, and for no other text', async () => {
    expect(await load('a,b\n,x\n"",y\nNULL,null\n', csv)).toEqual([
      { a: null, b: 'x' },
      { a: null, b: 'y' },
      { a: 'NULL', b: 'null' },
    ]);
  });

  test('with null for a column that it has not', async () => {
    expect(await load('b\nx\ny\n', csv)).toEqual([
      { a: null, b: 'x' },
      { a: null, b: 'y' },
    ]);
  });

  test('as no rows when it is its header alone', async () => {
    expect(await load('a,b\n', csv)).toEqual([]);
    expect(await load('a,b', csv)).toEqual([]);
  });

  test('with every value as text: no number, date or boolean is guessed', async () => {
    expect(await load('a,b\n007,1e3\n2020-01-01,true\n', csv)).toEqual([
      { a: '007', b: '1e3' },
      { a: '2020-01-01', b: 'true' },
    ]);
  });

  test('in its order however long it is', async () => {
    const lines = Array.from({ length: 300_000 }, (_, index) => `${index},"text, ${index}"\n`);
    const loaded = await load(`a,b\n${lines.join('')}`, {
      ...csv,
      output: { rows: 'bigint', wrong: 'bigint' },
      statement: `SELECT count(*) AS rows, count(*) FILTER (WHERE a <> CAST(row AS VARCHAR)) AS wrong
        FROM (SELECT a, row_number() OVER () - 1 AS row FROM raw)`,
    });
    expect(loaded).toEqual([{ rows: '300000', wrong: '0' }]);
  });
});

describe('CSV is refused', () => {
  test.each([
    ['for a cut last line', 'a,b\n1,x\n2', 'line 3: Expected Number of Columns: 2 Found: 1'],
    ['for a field too few', 'a,b\n1,x\n2\n3,y\n', 'line 3: Expected Number of Columns: 2 Found: 1'],
    [
      'for a field too many',
      'a,b\n1,x\n2,y,z\n3,y\n',
      'line 3: Expected Number of Columns: 2 Found: 3: "2,y,z". Have the file corrected, then run again.',
    ],
    ['for a quote that does not end', 'a,b\n1,x\n2,"y\n3,z\n', 'line 3: Value with unterminated quote found'],
    ['for a header with a name twice', 'a,b,a\n1,x,2\n', 'its header names a twice'],
    ['for a header of other names', 'c,d\n1,x\n', 'its first line names no column that is wanted'],
    ['for a blank first line', '\na,b\n1,x\n', 'its first line names no column that is wanted'],
    ['when it is empty', '', 'its first line names no column that is wanted; begin it with a header'],
    [
      'for line ends of two kinds',
      'a,b\n1,x\r\n2,y\n',
      'look for lines that end in another way than the others',
    ],
  ])('%s', async (_, text, message) => {
    const refusal = await load(text, csv);
    expect(refusal).toContain(message);
    expect(refusal).not.toMatch(/strict_mode|null_padding/);
  });

  test('for bytes that are not UTF-8', async () => {
    const message = await load(
      Buffer.concat([Buffer.from('a,b\n1,caf'), Buffer.from([0xe9]), Buffer.from('\n')]),
      csv,
    );
    expect(message).toMatch(/line 2: Invalid unicode/);
  });

  test('for a field too many deep inside a big file', async () => {
    const lines = Array.from({ length: 300_000 }, (_, index) => `${index},x\n`);
    lines[280_000] = '280000,x,y\n';
    expect(await load(`a,b\n${lines.join('')}`, csv)).toContain(
      'line 280002: Expected Number of Columns: 2 Found: 3',
    );
  });
});
