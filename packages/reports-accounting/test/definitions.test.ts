import type { TaskDefinition } from '@daybook/core';
import { codeDigestOf, DaybookError, sqlTemplate, tasksOf } from '@daybook/core';
import { expect, test } from 'vitest';
import type { AccountingOptions } from '../src/index.ts';
import { accounting, accountingTasks, fileExchange, httpExchange } from '../src/index.ts';

const options: AccountingOptions = {
  exchange: fileExchange({ folder: '/nowhere' }),
  houseAccounts: [1],
  internalAccounts: [2, 3],
  ledgerStart: '2018-07-10',
};

const report =
  'account_id bigint, currency string, opening_balance money, deposits money, withdrawals money, stakes money, ' +
  'payouts money, commission money, bonuses money, adjustments money, net money, closing_balance money, postings bigint';
const summary =
  'owner string, currency string, kind string, postings bigint, accounts bigint, credits money, debits money, net money';

// The contract with whoever reads the tables: names, parameters, columns, types, their order, and the order of rows.
const contract: readonly (readonly [name: string, params: string, columns: string, orderBy: string])[] = [
  [
    'transactions',
    'date',
    'sequence bigint, transaction_id bigint, account_id bigint, kind string, amount money, currency string, market_id bigint, occurred_at timestamp',
    'sequence',
  ],
  [
    'account-statistics',
    'date',
    'account_id bigint, currency string, kind string, postings bigint, credits money, debits money, net money',
    'account_id, currency, kind',
  ],
  ['opening-balances', '', 'account_id bigint, currency string, balance money', 'account_id, currency'],
  [
    'account-balances',
    'date',
    'account_id bigint, currency string, opening_balance money, net money, closing_balance money',
    'account_id, currency',
  ],
  ['accounting-report', 'date', report, 'account_id, currency'],
  ['house-accounting-report', 'date', report, 'account_id, currency'],
  ['monthly-accounting-report', 'month', `${report}, active_days bigint`, 'account_id, currency'],
  ['monthly-house-accounting-report', 'month', `${report}, active_days bigint`, 'account_id, currency'],
  ['accounting-summary', 'date', summary, 'owner, currency, kind'],
  ['monthly-accounting-summary', 'month', summary, 'owner, currency, kind'],
  ['accounting-report-tsv', 'date', 'files', ''],
  ['house-accounting-report-tsv', 'date', 'files', ''],
  ['accounting-summary-tsv', 'date', 'files', ''],
  ['monthly-accounting-report-tsv', 'month', 'files', ''],
  ['monthly-house-accounting-report-tsv', 'month', 'files', ''],
  ['monthly-accounting-summary-tsv', 'month', 'files', ''],
  ['daily-accounting', 'date', 'wrapper', ''],
  ['monthly-accounting', 'month', 'wrapper', ''],
  ['accounting', 'through', 'wrapper', ''],
];

test('the tasks are those of the contract, with their parameters, columns and orders', () => {
  const found = accounting(options).map((definition) => {
    const { taskName, params, output } = definition;
    if (output?.kind !== 'table')
      return [taskName, Object.keys(params).join(', '), output?.kind ?? 'wrapper', ''];
    const columns = Object.entries(output.columns).map(
      ([name, type]) => `${name} ${type === 'decimal(18,2)' ? 'money' : type}`,
    );
    return [taskName, Object.keys(params).join(', '), columns.join(', '), output.orderBy.join(', ')];
  });
  expect(found.toSorted(byName)).toEqual([...contract].sort(byName));
});

test('days and months that end before the books begin are refused, and the month they begin in is not', () => {
  const tasks = accountingTasks(options);
  expect(() => tasks.accountBalances({ date: '2018-07-09' })).toThrow(/ends before 2018-07-10/);
  expect(() => tasks.monthlyAccounting({ month: '2018-06' })).toThrow(/ends before 2018-07-10/);
  expect(tasks.monthlyAccounting({ month: '2018-07' }).id).toBe('monthly-accounting/month=2018-07');
});

test('the balances of a day need those the month opens with and the statistics of its days so far', () => {
  const { accountBalances } = accountingTasks(options);
  expect(inputs(accountBalances, { date: '2018-07-12' })).toEqual({
    before: [],
    opening: [],
    statistics: ['2018-07-10', '2018-07-11', '2018-07-12'].map((date) => `account-statistics/date=${date}`),
  });
  expect(inputs(accountBalances, { date: '2018-08-02' })).toEqual({
    before: ['account-balances/date=2018-07-31'],
    opening: [],
    statistics: ['2018-08-01', '2018-08-02'].map((date) => `account-statistics/date=${date}`),
  });
});

test('opening balances are an input of the first month of the books only', () => {
  const { accountBalances, monthlyAccountingReport } = accountingTasks({
    ...options,
    openingBalances: '/nowhere/opening.csv',
  });
  expect(inputs(accountBalances, { date: '2018-07-12' })['opening']).toEqual(['opening-balances']);
  expect(inputs(accountBalances, { date: '2018-08-01' })['opening']).toEqual([]);
  expect(inputs(monthlyAccountingReport, { month: '2018-07' })['opening']).toEqual(['opening-balances']);
  expect(inputs(monthlyAccountingReport, { month: '2018-08' })).toMatchObject({
    before: ['account-balances/date=2018-07-31'],
    opening: [],
  });
});

test('a day comprises its reports and their files; a month its own and everything of its days in the books', () => {
  const { dailyAccounting, monthlyAccounting } = accountingTasks(options);
  const daily = ['accounting-report', 'house-accounting-report', 'accounting-summary'];
  expect(flat(inputs(dailyAccounting, { date: '2018-07-12' }))).toEqual(
    [...daily, ...daily.map((name) => `${name}-tsv`)].map((name) => `${name}/date=2018-07-12`).toSorted(),
  );
  const ofMonth = inputs(monthlyAccounting, { month: '2018-07' });
  expect(ofMonth['days']).toHaveLength(22);
  expect(ofMonth['days']?.[0]).toBe('daily-accounting/date=2018-07-10');
  const monthly = daily.map((name) => `monthly-${name}`);
  expect(flat({ ...ofMonth, days: [] })).toEqual(
    [...monthly, ...monthly.map((name) => `${name}-tsv`)].map((name) => `${name}/month=2018-07`).toSorted(),
  );
});

test('accounting comprises every day through the one asked for and every month that has ended by it', () => {
  const { accounting: all } = accountingTasks(options);
  const through = (date: string) => {
    const { days = [], months } = inputs(all, { through: date });
    return { first: days[0], last: days.at(-1), days: days.length, months };
  };
  expect(through('2018-08-30')).toEqual({
    first: 'daily-accounting/date=2018-07-10',
    last: 'daily-accounting/date=2018-08-30',
    days: 52,
    months: ['monthly-accounting/month=2018-07'],
  });
  expect(through('2018-08-31').months).toEqual([
    'monthly-accounting/month=2018-07',
    'monthly-accounting/month=2018-08',
  ]);
  expect(through('2018-07-30').months).toEqual([]);
  expect(all.params.through.byDefault?.('2018-08-03')).toBe('2018-08-02');
});

test('the code digests tell configurations apart that make other tables, and no others', () => {
  const digests = (changed: Partial<AccountingOptions>): Record<string, string> =>
    Object.fromEntries(
      accounting({ ...options, ...changed })
        .filter((definition) => definition.job !== undefined)
        .map((definition) => [definition.taskName, codeDigestOf(definition)]),
    );
  const differing = (changed: Partial<AccountingOptions>): readonly string[] => {
    const [before, after] = [digests({}), digests(changed)];
    return Object.keys(before).filter((name) => before[name] !== after[name]);
  };
  expect(differing({ houseAccounts: [9] })).toEqual([
    'house-accounting-report',
    'accounting-summary',
    'monthly-house-accounting-report',
    'monthly-accounting-summary',
  ]);
  expect(differing({ internalAccounts: [3, 2n, 2] })).toEqual([]);
  expect(differing({ openingBalances: '/elsewhere.csv', ledgerStart: '2018-07-02' })).toEqual([]);
  expect(differing({ exchange: httpExchange({ url: 'http://localhost' }) })).toEqual(['transactions']);
});

test('the statements of derived tables keep to what both engines know', () => {
  for (const { taskName, job } of accounting(options)) {
    if (job?.kind !== 'sql') continue;
    const text = sqlTemplate(job);
    const functions = [...text.matchAll(/\b([A-Za-z_]+)\(/g)].map((match) => match[1] ?? '');
    expect(
      functions.filter((name) => !plainFunctions.has(name)),
      taskName,
    ).toEqual([]);
    expect(text, taskName).not.toMatch(/\/|\bAVG\b|\bLIMIT\b|\bFLOAT\b|\bDOUBLE\b|::/i);
  }
});

const plainFunctions = new Set(['SUM', 'COUNT', 'COALESCE', 'CAST', 'TRY_CAST', 'DECIMAL']);

const wrongOptions: readonly (readonly [string, Partial<AccountingOptions>, RegExp])[] = [
  ['no day', { ledgerStart: '2018-02-30' }, /ledgerStart is a day/],
  ['an inexact account', { houseAccounts: [2 ** 53] }, /houseAccounts has 9007199254740992/],
  ['half an account', { internalAccounts: [1.5] }, /internalAccounts has 1.5/],
  ['an account beyond 64 bits', { houseAccounts: [2n ** 63n] }, /does not fit 64 bits/],
  ['an account with two owners', { houseAccounts: [1, 2] }, /both name 2/],
];

test.each(wrongOptions)('%s is refused as configuration', (_, wrong, message) => {
  const make = (): unknown => accounting({ ...options, ...wrong });
  expect(make).toThrow(message);
  expect(make).toThrow(expect.objectContaining({ code: 'config-invalid' }) as DaybookError);
});

function inputs(
  definition: Pick<TaskDefinition, 'inputsOf'>,
  values: Readonly<Record<string, string>>,
): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    Object.entries(definition.inputsOf(values)).map(([name, input]) => [
      name,
      tasksOf(input).map((task) => task.id),
    ]),
  );
}

function flat(given: Readonly<Record<string, readonly string[]>>): readonly string[] {
  return Object.values(given).flat().toSorted();
}

function byName(a: readonly string[], b: readonly string[]): number {
  return (a[0] ?? '') < (b[0] ?? '') ? -1 : 1;
}
