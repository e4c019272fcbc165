import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { accounting, fileExchange } from '@daybook/reports-accounting';
import { expect, test } from 'vitest';
import { root } from '../documents/blocks.ts';

const definitions = accounting({
  exchange: fileExchange({ folder: '/nowhere' }),
  houseAccounts: [1],
  ledgerStart: '2018-07-01',
});

/** What `docs/accounts.md` says of each task: under a heading that names it with its parameters, its columns and their order. */
const told = sectionsOf(readFileSync(join(root, 'docs/accounts.md'), 'utf8'));

test('docs/accounts.md has each accounting task once, with its parameters, and no other', () => {
  const there = definitions.map((each) => `${each.taskName} (${Object.keys(each.params).join(', ')})`);
  expect(told.map(({ name, params }) => `${name} (${params})`).toSorted()).toEqual(there.toSorted());
});

test.each(definitions.map((each) => [each.taskName, each] as const))(
  'docs/accounts.md has the columns of %s, with their types, in order, and the order of its rows',
  (name, { output }) => {
    const { columns, orderBy } = told.find((each) => each.name === name) ?? {};
    const table = output?.kind === 'table' ? output : undefined;
    expect(columns).toEqual(Object.entries(table?.columns ?? {}));
    expect(orderBy).toEqual(table?.orderBy ?? []);
  },
);

interface Told {
  readonly name: string;
  readonly params: string;
  readonly columns: readonly (readonly [string, string])[];
  readonly orderBy: readonly string[];
}

function sectionsOf(document: string): readonly Told[] {
  return document.split(/^(?=##)/m).flatMap((section) => {
    const [heading = ''] = section.split('\n', 1);
    const columns = [...section.matchAll(/^\| `(\w+)` +\| `([^`]+)` +\|/gm)].map(
      ([, name = '', type = '']) => [name, type] as const,
    );
    const [order = ''] = /in order\s+of\s+((`\w+`,?\s*)+)/.exec(section)?.slice(1) ?? [];
    const orderBy = [...order.matchAll(/`(\w+)`/g)].map(([, name = '']) => name);
    return [...heading.matchAll(/`([a-z-]+)` \((\w*)\)/g)].map(([, name = '', params = '']) => ({
      name,
      params,
      columns,
      orderBy,
    }));
  });
}
