import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Refusal, Statement } from '@daybook/core';
import { refusedFunctions, subsetFunctions, subsetIntervals, subsetTypes } from '@daybook/core';
import { afterAll, expect, test } from 'vitest';
import { localRunner } from '../src/index.ts';

const columns = {
  a: 'integer',
  b: 'bigint',
  d: 'decimal(18,2)',
  s: 'string',
  day: 'date',
  ts: 'timestamp',
  f: 'boolean',
} as const;
const relations = ['t', 'u'].map((name) => ({ name, columns }));
const runner = localRunner();
afterAll(async () => await runner.close?.());

async function check(statement: Partial<Statement> & Pick<Statement, 'text'>): Promise<readonly Refusal[]> {
  const whole: Statement = { kind: 'query', inserted: [], relations, subset: true, ...statement };
  const [refusals = []] = (await runner.check?.([whole])) ?? [];
  return refusals;
}

function told(refusals: readonly Refusal[]): string {
  return refusals
    .map(({ line, column, found, why, remedy }) => `  ${line}:${column} ${found} ${why} ${remedy}\n`)
    .join('');
}

/** Statements at the beginning of a line, `⏎` for a line feed in them, and below each what is refused in it. */
const cases = readFileSync(join(import.meta.dirname, 'refusals.txt'), 'utf8')
  .split(/\n(?! )/)
  .filter((each) => each.trim() !== '')
  .map((each): readonly [string, string] => {
    const [statement = '', ...refusals] = each.split('\n');
    return [statement, refusals.map((line) => `${line}\n`).join('')];
  });

test.each(cases)('%s', async (statement, refused) => {
  expect(told(await check({ text: statement.replaceAll('⏎', '\n') }))).toBe(refused);
});

test('every function of the allow-list is in a statement that is not refused', () => {
  const fine = cases.filter(([, refused]) => refused === '').map(([statement]) => statement.toLowerCase());
  const written = (name: string): string =>
    ({ '~~': ' like ', '!~~': ' not like ', count_star: 'count(*)' })[name] ??
    (/^\w/.test(name) ? `${name}(` : ` ${name} `);
  const names = [...Object.keys(subsetFunctions).map(written), ...Object.values(subsetIntervals)];
  const types = Object.keys(subsetTypes).map((type) => ` as ${type.replace('(p,s)', '(')}`);
  const missing = [...names, ...types].filter(
    (name) => !fine.some((statement) => statement.includes(name.toLowerCase())),
  );
  expect(missing).toEqual([]);
});

const called = Object.keys(refusedFunctions).filter((name) => /^\w+$/.test(name));

test.each(called)('%s is refused with the reason in the table', async (name) => {
  const known = refusedFunctions[name];
  const [refusal] = await check({ text: `SELECT ${name}(a) AS x FROM t` });
  expect(refusal).toMatchObject({ column: 8, why: `${known?.why}.`, remedy: `${known?.instead}.` });
});

test('a value put in may have a backslash, for it is rendered for each engine', async () => {
  const text = String.raw`SELECT 'a\b' AS x FROM t`;
  expect(await check({ text, inserted: [{ start: 7, end: 12 }] })).toEqual([]);
  expect(await check({ text })).toHaveLength(1);
});

test('columns that are not those declared are told where they are selected', async () => {
  const text = 'SELECT a,\n  s AS b,\n  d\nFROM t';
  const refusals = await check({ text, output: { a: 'integer', b: 'bigint', e: 'date' } });
  expect(told(refusals)).toBe(
    '  2:3 s gives another output than is declared: b is VARCHAR and is declared BIGINT. Write CAST(… AS BIGINT) AS b, or declare it so.\n' +
      '  1:1 SELECT gives another output than is declared: e is missing. Select one column e.\n' +
      '  3:3 d gives another output than is declared: d is not declared. Declare d, or leave it out.\n',
  );
});

test('a condition is bound over the rows of the output, and places are its own', async () => {
  const output = [{ name: 'output', columns }];
  const condition = { kind: 'condition', relations: output } as const;
  expect(await check({ ...condition, text: 'd >= 0 AND f' })).toEqual([]);
  expect(told(await check({ ...condition, text: 'd >= 0\n  AND zz > 1' }))).toContain(
    '  2:7 zz cannot be bound',
  );
  expect(told(await check({ ...condition, text: 'd / 2 > 1' }))).toContain('  1:3 / gives a float');
  expect(told(await check({ ...condition, text: 'd' }))).toContain('  1:1 d is no condition on Spark');
});

test('what is not held to the subset is bound only', async () => {
  const refused = async (text: string) => told(await check({ text, subset: false }));
  expect(await refused('SELECT avg(d) / 2 AS x, list(s) AS y FROM t LIMIT 3')).toBe('');
  expect(await refused('SELECT avg(zz) AS x FROM t')).toContain('  1:12 zz cannot be bound');
});
