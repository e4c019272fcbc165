import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskEnd } from '@daybook/core';
import { expect, onTestFinished, test } from 'vitest';
import type { Books } from './books.ts';
import { openBooks } from './books.ts';

function booksWith(openingBalances?: readonly string[]): Books {
  const books = openBooks({
    ledgerStart: '2018-07-30',
    ...(openingBalances === undefined ? {} : { openingBalances }),
  });
  onTestFinished(() => books.remove());
  return books;
}

async function load(books: Books): Promise<TaskEnd | undefined> {
  const { tasks } = await books.run('2018-08-10', books.task('opening-balances', {}));
  return tasks[0]?.end;
}

test('opening balances are read exactly', async () => {
  const books = booksWith([
    '9223372036854775807,EUR,1234567890123456.78',
    '2,EUR,-1234567890123456.78',
    '2,GBP,0',
  ]);
  expect(await load(books)).toMatchObject({ kind: 'published' });
  expect(await books.rows('opening-balances', {})).toEqual([
    { account_id: '2', currency: 'EUR', balance: '-1234567890123456.78' },
    { account_id: '2', currency: 'GBP', balance: '0.00' },
    { account_id: '9223372036854775807', currency: 'EUR', balance: '1234567890123456.78' },
  ]);
});

test.each([
  [
    ['1,EUR,1.005', '2,EUR,-1.00'],
    'line 2: balance "1.005" is not text of at most 16 digits and two decimals',
  ],
  [['1,EUR,', '2,EUR,0'], 'line 2: balance is missing'],
  [['1,EUR,0', 'x,EUR,0'], 'line 3: account_id "x" is not a whole number'],
  [['1,EUR,0', '2,Euro,0'], 'line 3: currency "Euro" is not three capital letters'],
])('opening balances %o are refused', async (lines, why) => {
  expect(await load(booksWith(lines))).toMatchObject({
    kind: 'failed',
    error: { code: 'input-unreadable', message: expect.stringContaining(why) as string },
  });
});

test.each([
  [['1,EUR,5', '2,EUR,-4'], 'zero-sum(balance by currency)'],
  [['1,EUR,5', '2,GBP,-5'], 'zero-sum(balance by currency)'],
  [['1,EUR,5', '1,EUR,-5'], 'unique-key(account_id, currency)'],
])('opening balances %o are blocked', async (lines, control) => {
  const end = await load(booksWith(lines));
  if (end?.kind !== 'blocked') throw new Error(`It ended otherwise: ${JSON.stringify(end)}`);
  expect(end.controls.filter(({ held }) => !held).map(({ name }) => name)).toEqual([control]);
});

test('a file without its header is refused', async () => {
  const books = booksWith([]);
  writeFileSync(join(books.folder, 'opening-balances.csv'), '1,EUR,0\n');
  expect(await load(books)).toMatchObject({
    kind: 'failed',
    error: {
      code: 'input-unreadable',
      message: expect.stringContaining('does not name account_id') as string,
    },
  });
});

test('a file that is not there is refused, and one that was published is missed', async () => {
  const books = booksWith(['1,EUR,5', '2,EUR,-5']);
  const file = join(books.folder, 'opening-balances.csv');
  expect(await load(books)).toMatchObject({ kind: 'published' });
  rmSync(file);
  expect(await load(books)).toMatchObject({ kind: 'failed', error: { code: 'input-withdrawn' } });
  const others = booksWith(['1,EUR,5', '2,EUR,-5']);
  rmSync(join(others.folder, 'opening-balances.csv'));
  expect(await load(others)).toMatchObject({ kind: 'failed', error: { code: 'input-unreadable' } });
});

test('without a file in the configuration the task says what to do', async () => {
  expect(await load(booksWith())).toMatchObject({
    kind: 'failed',
    error: { code: 'config-invalid', message: expect.stringContaining('openingBalances') as string },
  });
});
