import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectForTest } from './project.ts';

const wrongTasks = `
import {
  day, defineConfig, defineTask, everyRow, listOf, noRows, param, sameTotal, sql, table, uniqueKey,
} from '@daybook/core';
import { localRunner } from '@daybook/runner-local';
import { fileTargets } from '@daybook/target-file';

const sales = defineTask({
  name: 'sales',
  params: { date: day },
  output: table({ shop: 'string', amount: 'decimal(18,2)' }),
  job: {
    kind: 'load',
    version: '1',
    formats: { ndjson: { columns: { shop: 'text' }, statement: 'SELECT shop, length(shop) AS amount FROM raw' } },
    fetch: async () => ({ kind: 'waiting', for: 'nothing' }),
  },
});
const average = defineTask({
  name: 'average',
  params: { date: day },
  inputs: ({ date }) => ({ sales: sales({ date }) }),
  output: table({ shop: 'string', amount: 'decimal(18,2)' }),
  controls: [
    uniqueKey('shop'),
    sameTotal('sales.amount', 'output.amount', { by: ['town' as string] }),
    everyRow('positive', sql\`amount / 2 > 0\`),
    noRows('none', sql\`SELECT shop FROM output WHERE date = \${param('date')}\`),
  ],
  job: sql\`
    SELECT shop, AVG(amount) AS amount
    FROM sales
    GROUP BY shop\`,
});
const good = defineTask({
  name: 'good',
  inputs: () => ({ days: listOf(sales, []) }),
  output: table({ shop: 'string', date: 'date' }),
  job: sql\`SELECT shop, date FROM days\`,
});
export default defineConfig({
  targets: fileTargets({ root: new URL('./data', import.meta.url) }),
  runners: [localRunner()],
  tasks: [sales, average, good],
});
`;

test('check of a project that is right says what it looked at', async () => {
  const { daybook } = projectForTest();
  const text = await daybook('check');
  expect(text).toEqual({ code: 0, out: 'Nothing is refused: 6 tasks, 7 statements checked.\n', err: '' });
  const json = await daybook('check', 'monthly-sales', '--json');
  expect(JSON.parse(json.out)).toEqual({ outcome: 'ok', tasks: 3, statements: 5, refusals: [] });
});

test('check tells each refusal with its task, its place and what to write instead, and exits 2', async () => {
  const { daybook, write } = projectForTest();
  write('daybook.config.ts', wrongTasks);
  const { code, out, err } = await daybook('check');
  expect({ code, err }).toEqual({ code: 2, err: '' });
  expect(out).toBe(`6 refusals in 3 tasks, 6 statements. [sql-refused]

sales
  format ndjson, line 1, column 14
    length(shop) gives another output than is declared: amount is BIGINT and is declared
    DECIMAL(18,2). Write CAST(… AS DECIMAL(18,2)) AS amount, or declare it so.

average
  control "same-total(sales.amount, output.amount by town)"
    sales.town speaks of the column "town" of sales, which is not there. Write one of shop, amount.
  control "same-total(sales.amount, output.amount by town)"
    output.town speaks of the column "town" of output, which is not there. Write one of shop,
    amount.
  job, line 2, column 18
    AVG(amount) gives a float, and money in floats is not exact. Publish SUM and COUNT, and divide
    where the number is shown.
  control "positive", line 1, column 8
    / gives a float on DuckDB and a decimal on Spark. Publish dividend and divisor, or multiply by a
    decimal.
  control "none", line 1, column 31
    date cannot be bound: Referenced column "date" not found in FROM clause! Candidate bindings:
    "amount". Correct it there.
`);
  const json = JSON.parse((await daybook('check', 'good', 'sales', '--json')).out) as unknown;
  expect(json).toEqual({
    outcome: 'refused',
    code: 'sql-refused',
    tasks: 2,
    statements: 2,
    refusals: [
      {
        task: 'sales',
        where: 'format ndjson',
        line: 1,
        column: 14,
        found: 'length(shop)',
        why: 'gives another output than is declared: amount is BIGINT and is declared DECIMAL(18,2).',
        remedy: 'Write CAST(… AS DECIMAL(18,2)) AS amount, or declare it so.',
      },
    ],
  });
});

test('check names inputs and resources that the configuration does not have', async () => {
  const { daybook, write } = projectForTest();
  const listed = wrongTasks.replace('tasks: [sales, average, good]', 'tasks: [good]');
  write('daybook.config.ts', listed.replace("name: 'good',", "name: 'good', resources: { disk: 2 },"));
  const { code, out } = await daybook('check');
  expect(code).toBe(2);
  expect(out).toContain(`
good
  input "days"
    sales is not among the \`tasks\` of the configuration. Add it there.
  resources
    disk is a resource of which it takes 2 and the configuration has none. See to \`resources\` of the
    configuration.
`);
});

test.each([
  [
    "cron: '61 6 * * *'",
    '"close" has the cron expression "61 6 * * *", which cannot be read: Invalid value for minute',
  ],
  [
    "cron: '0 6 30 2 *'",
    '"close" has the cron expression "0 6 30 2 *", which never comes: see to the day and the month',
  ],
  [
    "cron: '0 6 * * *', zone: 'Europe/Lundon'",
    '"close" with the zone "Europe/Lundon", which is no IANA time zone',
  ],
  ["cron: '0 6 * * *', task: 'sale'", '"close" of the task "sale", which is not among its `tasks`'],
  ["cron: '0 6 * * *', parameters: { town: 'a' }", '"close" cannot be planned: '],
])('check names a schedule that serve would not take: %s', async (given, why) => {
  const { daybook, write } = projectForTest();
  write('schedules.config.ts', scheduled(`{ name: 'close', task: 'sales', ${given} }`));
  const { code, out, err } = await daybook('check', '--config', 'schedules.config.ts');
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain(why);
  expect(err).toMatch(/\[config-invalid\]\n$/);
});

test('check takes schedules that can be planned, and doctor tells when they are due next, or why not', async () => {
  const { daybook, write } = projectForTest();
  const schedule =
    "{ name: 'close', task: 'sales', cron: '0 6 * * *', zone: 'Asia/Tokyo', parameters: { date: '2018-07-24' } }";
  write('schedules.config.ts', scheduled(schedule));
  expect((await daybook('check', '--config', 'schedules.config.ts')).code).toBe(0);
  const { out } = await daybook('doctor', '--config', 'schedules.config.ts');
  expect(out).toMatch(/✓ schedules +close next at \d{4}-\d\d-\d\dT21:00:00\.000Z\n/);
  write('schedules.config.ts', scheduled(schedule.replace('0 6', '61 6')));
  const refused = await daybook('doctor', '--config', 'schedules.config.ts');
  expect(refused.code).toBe(2);
  expect(refused.out).toMatch(/✗ schedules +The schedule "close" has the cron expression/);
});

test('check is about tasks of every day', async () => {
  const { daybook } = projectForTest();
  const { code, err } = await daybook('check', 'sales', '--date', '2018-07-24');
  expect(code).toBe(2);
  expect(err).toBe(
    'error: daybook check is about tasks of every day, and is given --date: leave it out. [usage]\n',
  );
});

test('run refuses the statements of what was asked for before anything runs, and no others', async () => {
  const { folder, daybook, write } = projectForTest();
  write('daybook.config.ts', wrongTasks);
  const refused = await daybook('run', 'average', '--date', '2018-07-24');
  expect({ code: refused.code, out: refused.out }).toEqual({ code: 2, out: '' });
  expect(refused.err).toContain('error: Nothing was run, for the SQL has to be corrected first:\n');
  expect(refused.err).toContain('\naverage, job, line 2, column 18: AVG(amount) gives a float');
  expect(readdirSync(folder)).not.toContain('data');
  expect((await daybook('run', 'good', '--today', '2018-07-26')).code).toBe(0);
});

test('run asks nothing of a configuration but what it runs with', async () => {
  const { daybook, write } = projectForTest();
  const shops = `
const shop = defineTask({
  name: 'shop',
  params: { name: text },
  inputs: ({ name }) => {
    if (name !== 'east') throw new Error('There is no shop ' + name);
    return {};
  },
  output: table({ shop: 'string' }),
  job: sql\`SELECT \${param('name')} AS shop\`,
});
const shops = defineTask({
  name: 'shops',
  inputs: () => ({ east: shop({ name: 'east' }), others: listOf(shop, []) }),
  output: table({ shop: 'string' }),
  job: sql\`SELECT shop FROM east\`,
});
`;
  const whole = wrongTasks
    .replace('  day,', '  day, text,')
    .replace('  day, defineConfig', '  day, text, defineConfig');
  write(
    'daybook.config.ts',
    whole.replace('export default', `${shops}export default`).replace('tasks: [', 'tasks: [shop, shops, '),
  );
  expect(await daybook('run', 'shops')).toMatchObject({ code: 0 });
});

test('run keeps what it has checked, and a broken file of that costs the check again', async () => {
  const { folder, daybook, sell } = projectForTest();
  sell('2018-07-24', 'east 1.00');
  const run = async () => await daybook('run', 'sales-statistics', '--date', '2018-07-24');
  const path = join(folder, '.daybook/checked.json');
  expect((await run()).code).toBe(0);
  const kept = readFileSync(path, 'utf8');
  expect(JSON.parse(kept)).toMatchObject({
    format: 1,
    digests: [/^[0-9a-f]{64}$/, /^[0-9a-f]{64}$/].map(match),
  });
  for (const broken of [
    '{"format":1',
    '[]',
    '{"format":2,"digests":["a"]}',
    kept.replace('duckdb ', 'duckdb 0'),
  ]) {
    writeFileSync(path, broken);
    expect((await run()).code).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe(kept);
  }
  expect(readdirSync(join(folder, '.daybook')).toSorted()).toEqual(['checked.json', 'runs']);
});

function match(pattern: RegExp): unknown {
  return expect.stringMatching(pattern);
}

/** A configuration with one schedule, beside that of the project. */
function scheduled(schedule: string): string {
  return `import config from './daybook.config.ts';
export default { ...config, schedules: [${schedule}] };
`;
}
