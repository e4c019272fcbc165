import type { Statement } from '@daybook/core';
import { subsetFunctions, subsetIntervals, subsetTypes } from '@daybook/core';
import { localRunner } from '@daybook/runner-local';
import { afterAll, expect, test } from 'vitest';
import { columns } from './same-numbers/fixtures.ts';
import { statements } from './same-numbers/subset.ts';

const runner = localRunner({ isolation: 'none' });
afterAll(async () => await runner.close?.());

test('every statement that the engines are compared by is in the common subset', async () => {
  const relations = ['t', 'u', 'x', 'z'].map((name) => ({ name, columns }));
  const all = statements.map((text): Statement => ({
    text,
    kind: 'query',
    inserted: [],
    relations,
    subset: true,
  }));
  const refusals = (await runner.check?.(all)) ?? [];
  expect(refusals.flatMap((each, index) => each.map((refusal) => [statements[index], refusal]))).toEqual([]);
});

test('every function, operator, interval and type of the allow-list is in a statement that the engines are compared by', () => {
  const written = (name: string): string =>
    ({ '~~': ' like ', '!~~': ' not like ', count_star: 'count(*)' })[name] ??
    (/^\w/.test(name) ? `${name}(` : ` ${name} `);
  const names = Object.keys(subsetFunctions).map(written);
  const units = Object.values(subsetIntervals).map((unit) => ` ${unit} `);
  const types = Object.keys(subsetTypes).map((type) => ` as ${type.replace('(p,s)', '(')}`);
  const missing = [...names, ...units, ...types].filter(
    (name) => !statements.some((statement) => ` ${statement.toLowerCase()} `.includes(name.toLowerCase())),
  );
  expect(missing).toEqual([]);
});
