import type { Task, TaskDefinition } from '@daybook/core';
import { expect, test } from 'vitest';
import { accounting, accountingTasks, fileExchange } from '../src/index.ts';
import type { Tables } from './table-fixture.ts';
import { openTables, outputColumns } from './table-fixture.ts';
import { sqlType } from '@daybook/core';

const options = {
  exchange: fileExchange({ folder: '/nowhere' }),
  houseAccounts: [1],
  internalAccounts: [2],
  ledgerStart: '2018-07-01',
  openingBalances: '/nowhere/opening.csv',
};
const tasks = accountingTasks(options);
const date = '2018-07-03';

// Account 10 deposits and stakes, 11 comes with a balance and does nothing, 1 is the house, 2 the other side.
const statistics = [
  `10, 'EUR', 'deposit', 1, 50.00, 0.00, 50.00`,
  `2, 'EUR', 'deposit', 1, 0.00, 50.00, -50.00`,
  `10, 'EUR', 'stake', 2, 1.00, 9.00, -8.00`,
  `2, 'EUR', 'stake', 1, 8.00, 0.00, 8.00`,
  `10, 'EUR', 'commission', 1, 0.00, 0.50, -0.50`,
  `1, 'EUR', 'commission', 1, 0.50, 0.00, 0.50`,
];
const onDays = (...days: readonly string[]): readonly string[] =>
  days.flatMap((day) => statistics.map((row) => `${row}, DATE '${day}'`));
const opening = [`11, 'EUR', 7.00`, `2, 'EUR', -7.00`];
const balances = [
  `1, 'EUR', 0.50, 0.50, 1.00`,
  `2, 'EUR', -49.00, -42.00, -91.00`,
  `10, 'EUR', 41.50, 41.50, 83.00`,
  `11, 'EUR', 7.00, 0.00, 7.00`,
];
const reportRows = [
  `1, 'EUR', 0.50, 0, 0, 0, 0, 0.50, 0, 0, 0.50, 1.00, 1`,
  `2, 'EUR', -49.00, -50, 0, 8, 0, 0, 0, 0, -42.00, -91.00, 2`,
];

interface Case {
  readonly task: Task;
  readonly inputs: Readonly<Record<string, readonly string[]>>;
  /** What is done to the inputs or the output once it was made, and the control that must see it. */
  readonly mistakes: readonly (readonly [statement: string, control: string])[];
}

const lostAndDoubled: readonly (readonly [string, string])[] = [
  [`INSERT INTO output SELECT * FROM output WHERE account_id = 10`, 'unique-key(account_id, currency)'],
];

const reportMistakes: Case['mistakes'] = [
  ...lostAndDoubled,
  [`UPDATE output SET stakes = NULL WHERE account_id = 10`, 'no-nulls(opening_balance, deposits'],
  [`UPDATE output SET stakes = stakes + 0.01 WHERE account_id = 10`, 'kinds-sum-to-net'],
  [
    `UPDATE output SET opening_balance = opening_balance - 0.01 WHERE account_id = 10`,
    'opening-and-kinds-are-closing',
  ],
  [
    `UPDATE output SET net = net + 1, bonuses = bonuses + 1 WHERE account_id = 10`,
    'zero-sum(net by currency)',
  ],
  [
    `UPDATE output SET closing_balance = closing_balance + 1, opening_balance = opening_balance + 1 WHERE account_id = 10`,
    'zero-sum(closing_balance by currency)',
  ],
  [
    `UPDATE output SET postings = postings - 1 WHERE account_id = 10`,
    'same-total(statistics.postings, output.postings by currency)',
  ],
  [`DELETE FROM output WHERE account_id = 1`, 'same-total(statistics.postings, output.postings by currency)'],
];

const summaryMistakes: Case['mistakes'] = [
  [`INSERT INTO output SELECT * FROM output WHERE owner = 'house'`, 'unique-key(owner, currency, kind)'],
  [`UPDATE output SET credits = NULL WHERE owner = 'house'`, 'no-nulls(credits, debits, net)'],
  [`UPDATE output SET net = net + 1 WHERE owner = 'house'`, 'net-is-credits-less-debits'],
  [`UPDATE output SET accounts = accounts + 5 WHERE owner = 'house'`, 'accounts-fit-the-postings'],
  [`UPDATE output SET accounts = 0 WHERE owner = 'house'`, 'accounts-fit-the-postings'],
  [
    `UPDATE output SET kind = 'bonus' WHERE owner = 'house'`,
    'same-total(statistics.postings, output.postings by currency, kind)',
  ],
  [
    `UPDATE output SET credits = credits + 1, debits = debits + 1 WHERE owner = 'house'`,
    'same-total(statistics.credits, output.credits by currency, kind)',
  ],
  [
    `UPDATE output SET debits = debits + 1, net = net - 1 WHERE owner = 'house'`,
    'same-total(statistics.debits, output.debits by currency, kind)',
  ],
  [`UPDATE output SET net = net + 1 WHERE owner = 'house'`, 'zero-sum(net by currency)'],
];

const cases: readonly Case[] = [
  {
    task: tasks.accountStatistics({ date }),
    inputs: {
      transactions: [
        [10, 'deposit', '50.00'],
        [2, 'deposit', '-50.00'],
        [10, 'stake', '-9.00'],
        [10, 'stake', '1.00'],
        [2, 'stake', '8.00'],
      ].map(
        ([account, kind, amount], index) =>
          `${index + 1}, 1, ${account}, '${kind}', ${amount}, 'EUR', NULL, TIMESTAMPTZ '${date}T12:00:00Z'`,
      ),
    },
    mistakes: [
      [`INSERT INTO output SELECT * FROM output LIMIT 1`, 'unique-key(account_id, currency, kind)'],
      [`UPDATE output SET net = NULL WHERE account_id = 2`, 'no-nulls(credits, debits, net)'],
      [`UPDATE output SET net = net + 1 WHERE account_id = 2`, 'net-is-credits-less-debits'],
      [`UPDATE output SET credits = -credits, net = -credits - debits`, 'net-is-credits-less-debits'],
      [`DELETE FROM output WHERE kind = 'stake' AND account_id = 2`, 'no-posting-lost-or-doubled'],
      [`DELETE FROM output`, 'no-posting-lost-or-doubled'],
      [`UPDATE output SET postings = postings + 1 WHERE account_id = 2`, 'no-posting-lost-or-doubled'],
      [`UPDATE output SET credits = credits + 1, debits = debits + 1`, 'no-posting-lost-or-doubled'],
      [
        `UPDATE output SET kind = 'bonus' WHERE account_id = 2 AND kind = 'stake'`,
        'same-total(transactions.amount, output.net by currency, kind)',
      ],
      [`DELETE FROM output WHERE account_id = 2`, 'zero-sum(net by currency)'],
    ],
  },
  {
    task: tasks.accountBalances({ date }),
    inputs: { opening, statistics: onDays('2018-07-01', '2018-07-03') },
    mistakes: [
      ...lostAndDoubled,
      [
        `UPDATE output SET net = NULL WHERE account_id = 10`,
        'no-nulls(opening_balance, net, closing_balance)',
      ],
      [`UPDATE output SET net = net + 1 WHERE account_id = 10`, 'closing-is-opening-and-net'],
      [
        `UPDATE output SET opening_balance = opening_balance + 1, closing_balance = closing_balance + 1 WHERE account_id = 11`,
        'rolls-forward',
      ],
      [
        `UPDATE output SET opening_balance = opening_balance + 1, net = net - 1 WHERE account_id = 10`,
        'rolls-forward',
      ],
      [`DELETE FROM output WHERE account_id = 11`, 'rolls-forward'],
      [`DELETE FROM output`, 'every-account-with-a-posting'],
      [`DELETE FROM statistics WHERE date = DATE '2018-07-01'`, 'rolls-forward'],
      [`DELETE FROM output WHERE account_id = 11`, 'zero-sum(closing_balance by currency)'],
    ],
  },
  {
    task: tasks.accountingReport({ date }),
    inputs: { statistics, balances },
    mistakes: [
      ...reportMistakes,
      [`DELETE FROM output WHERE account_id = 11`, 'same-total(balances.*, output.* by currency)'],
    ],
  },
  {
    task: tasks.monthlyAccountingReport({ month: '2018-07' }),
    inputs: { opening, statistics: onDays('2018-07-01', '2018-07-03') },
    mistakes: [
      ...reportMistakes,
      [`UPDATE output SET active_days = 0 WHERE account_id = 10`, 'active-days-fit-the-postings'],
      [`UPDATE output SET active_days = 32 WHERE account_id = 10`, 'active-days-fit-the-postings'],
      [`UPDATE output SET active_days = 1 WHERE account_id = 11`, 'active-days-fit-the-postings'],
      [`DELETE FROM output WHERE account_id = 11`, 'opens-with-the-balances-before'],
      [`INSERT INTO opening VALUES (12, 'EUR', 1.00), (13, 'EUR', -1.00)`, 'opens-with-the-balances-before'],
    ],
  },
  {
    task: tasks.houseAccountingReport({ date }),
    inputs: { report: reportRows },
    mistakes: [
      [`INSERT INTO output SELECT * FROM output`, 'unique-key(account_id, currency)'],
      [`UPDATE output SET bonuses = NULL`, 'no-nulls(opening_balance, deposits'],
      [`UPDATE output SET bonuses = 1`, 'kinds-sum-to-net'],
      [`UPDATE output SET opening_balance = 9`, 'opening-and-kinds-are-closing'],
      [`DELETE FROM output`, 'every-house-account-as-in-the-report'],
      [
        `UPDATE output SET opening_balance = 9.50, closing_balance = 10.00`,
        'every-house-account-as-in-the-report',
      ],
      [`INSERT INTO output SELECT * FROM report WHERE account_id = 2`, 'only-house-accounts-of-the-report'],
    ],
  },
  {
    task: tasks.monthlyHouseAccountingReport({ month: '2018-07' }),
    inputs: { report: reportRows.map((row) => `${row}, 1`) },
    mistakes: [
      [`DELETE FROM output`, 'every-house-account-as-in-the-report'],
      [`INSERT INTO output SELECT * FROM report WHERE account_id = 2`, 'only-house-accounts-of-the-report'],
    ],
  },
  { task: tasks.accountingSummary({ date }), inputs: { statistics }, mistakes: summaryMistakes },
  {
    task: tasks.monthlyAccountingSummary({ month: '2018-07' }),
    inputs: { statistics: onDays('2018-07-01', '2018-07-03') },
    mistakes: summaryMistakes,
  },
];

async function made({ task, inputs }: Case): Promise<Tables> {
  const tables = await openTables(task, inputs);
  await tables.make();
  return tables;
}

test.each(cases)('$task.name holds its controls when it is right', async (each) => {
  const tables = await made(each);
  expect(await tables.rows('SELECT 1 FROM output')).not.toEqual([]);
  expect(await tables.broken()).toEqual([]);
});

const mistakes = cases.flatMap((each) =>
  each.mistakes.map((mistake) => [each.task.name, ...mistake, each] as const),
);

test.each(mistakes)('%s after %s does not hold %s', async (_, statement, control, each) => {
  const tables = await made(each);
  await tables.run(statement);
  expect(
    (await tables.broken()).some((name) => name.startsWith(control)),
    (await tables.broken()).join(),
  ).toBe(true);
});

test('every control of every derived table is seen to fail', () => {
  for (const { task, mistakes } of cases) {
    const { controls } = (accounting(options) as readonly TaskDefinition[]).find(
      (definition) => definition.taskName === task.name,
    ) ?? { controls: [] };
    if (task.name === 'monthly-house-accounting-report') continue;
    const unseen = controls.filter(({ name }) => !mistakes.some(([, control]) => name.startsWith(control)));
    expect(
      unseen.map((control) => control.name),
      task.name,
    ).toEqual([]);
  }
});

test.each(cases)(
  '$task.name has the types that it declares, and no row where there is no input',
  async (each) => {
    const tables = await openTables(each.task, {});
    const declared = Object.entries(outputColumns(each.task.definition)).map(([name, type]) => [
      name,
      sqlType(type, 'duckdb'),
    ]);
    expect(await tables.typesOf()).toEqual(declared);
    await tables.make();
    expect(await tables.rows('SELECT 1 FROM output')).toEqual([]);
    expect(await tables.broken()).toEqual([]);
  },
);

const huge = '9999999999999999.00';
const tooBig: readonly (readonly [string, Case, string])[] = [
  [
    'statistics',
    {
      task: tasks.accountStatistics({ date }),
      inputs: { transactions: [1, 2, 3].map(hugePosting) },
      mistakes: [],
    },
    'no-nulls(credits, debits, net)',
  ],
  [
    'balances',
    {
      task: tasks.accountBalances({ date }),
      inputs: { opening: [`10, 'EUR', ${huge}`], statistics: [hugeStatistic()] },
      mistakes: [],
    },
    'no-nulls(opening_balance, net, closing_balance)',
  ],
  [
    'a monthly report',
    {
      task: tasks.monthlyAccountingReport({ month: '2018-07' }),
      inputs: { opening: [`10, 'EUR', ${huge}`], statistics: [hugeStatistic()] },
      mistakes: [],
    },
    'no-nulls(opening_balance, deposits',
  ],
  [
    'a summary',
    {
      task: tasks.monthlyAccountingSummary({ month: '2018-07' }),
      inputs: { statistics: [hugeStatistic(), hugeStatistic()] },
      mistakes: [],
    },
    'no-nulls(credits, debits, net)',
  ],
];

test.each(tooBig)(
  'a sum too big for %s becomes null, and a control prints the row',
  async (_, each, control) => {
    const tables = await made(each);
    expect((await tables.broken()).some((name) => name.startsWith(control))).toBe(true);
  },
);

test('without house and internal accounts all are customers, and the house report is empty', async () => {
  const none = accountingTasks({ ...options, houseAccounts: [], internalAccounts: [] });
  const summary = await made({
    task: none.accountingSummary({ date }),
    inputs: { statistics },
    mistakes: [],
  });
  expect(await summary.rows('SELECT DISTINCT owner FROM output')).toEqual([['customer']]);
  const house = await made({
    task: none.houseAccountingReport({ date }),
    inputs: { report: reportRows },
    mistakes: [],
  });
  expect(await house.rows('SELECT 1 FROM output')).toEqual([]);
  expect([...(await summary.broken()), ...(await house.broken())]).toEqual([]);
});

test('an account that stands at nothing and has no posting that day has no balance', async () => {
  const inputs = {
    statistics: [
      `10, 'EUR', 'bonus', 1, 5.00, 0.00, 5.00, DATE '2018-07-01'`,
      `1, 'EUR', 'bonus', 1, 0.00, 5.00, -5.00, DATE '2018-07-01'`,
      `10, 'EUR', 'stake', 1, 0.00, 5.00, -5.00, DATE '2018-07-02'`,
      `2, 'EUR', 'stake', 1, 5.00, 0.00, 5.00, DATE '2018-07-02'`,
    ],
  };
  const accounts = async (day: string): Promise<unknown> => {
    const tables = await made({ task: tasks.accountBalances({ date: day }), inputs, mistakes: [] });
    return await tables.rows('SELECT account_id, closing_balance FROM output ORDER BY account_id');
  };
  expect(await accounts('2018-07-02')).toEqual([
    ['1', '-5.00'],
    ['2', '5.00'],
    ['10', '0.00'],
  ]);
  expect(await accounts('2018-07-03')).toEqual([
    ['1', '-5.00'],
    ['2', '5.00'],
  ]);
});

function hugePosting(sequence: number): string {
  return `${sequence}, 1, 10, 'bonus', ${huge}, 'EUR', NULL, TIMESTAMPTZ '${date}T12:00:00Z'`;
}

function hugeStatistic(): string {
  return `10, 'EUR', 'bonus', 1, ${huge}, 0.00, ${huge}, DATE '2018-07-03'`;
}
