import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AnyTaskDefinition } from '../config.ts';
import { everyRow, inSequence, noNulls, noRows, sameTotal, uniqueKey } from '../control.ts';
import { DaybookError } from '../errors.ts';
import type { CodeJob, LoadJob } from '../job.ts';
import { boolean, choice, day, integer, month, optional, text } from '../param.ts';
import { files, table } from '../schema.ts';
import type { SqlText } from '../sql/statement.ts';
import { param, sql } from '../sql/statement.ts';
import { defineTask, listOf } from '../task.ts';
import {
  countedColumns,
  everyTypeColumns,
  listedColumns,
  memberColumns,
  memberValues,
} from './runner-fixtures.ts';

/** The inputs of the laws, which the laws themselves publish. */
export const everyType = defineTask({ name: 'law-every-type', output: table(everyTypeColumns) });
export const counted = defineTask({ name: 'law-counted', output: table(countedColumns) });
export const member = defineTask({
  name: 'law-member',
  params: {
    date: day,
    month,
    label: text,
    count: integer,
    flag: boolean,
    pick: choice('a', 'b'),
    note: optional(text),
  },
  output: table(memberColumns),
});

const remedy = 'Give only positive amounts.';
const copyControls = [
  uniqueKey('n'),
  noNulls('n', 'label'),
  everyRow('amount is positive', sql`amount > 0`, { remedy }),
  sameTotal('counted.amount', 'output.amount', { by: ['label'] }),
  noRows(
    'no label is lost',
    sql`SELECT c.label FROM counted c LEFT JOIN output o ON o.n = c.n WHERE o.n IS NULL`,
  ),
] as const;

/** Never ends, and cannot be worked out without looking at each of its 12 to the power of 14 rows. */
const endlessStatement: SqlText = (() => {
  const [others, terms] = [Array.from({ length: 13 }, (_, index) => `t${index}`), 'counted.n'];
  const pieces = `SELECT CAST(MAX(${[terms, ...others.map((name) => `${name}.n`)].join(' * ')}) AS BIGINT) AS n FROM counted${others
    .map((name) => ` CROSS JOIN counted ${name}`)
    .join('')}`;
  return { kind: 'sql', pieces: [pieces] };
})();

export const sqlCopy = defineTask({
  name: 'law-sql-copy',
  inputs: () => ({ every_type: everyType() }),
  output: table(everyTypeColumns),
  job: sql`SELECT moment, born, word, precise, money, big, small, flag FROM every_type`,
});
export const sqlListed = defineTask({
  name: 'law-sql-listed',
  params: { whole: boolean },
  inputs: ({ whole }) => ({ members: listOf(member, whole ? memberValues : []) }),
  output: table(listedColumns),
  job: sql`SELECT n, date, month, label, count, flag, pick, note FROM members`,
});
export const sqlLiteral = defineTask({
  name: 'law-sql-literal',
  params: { text, date: day, count: integer, absent: optional(text) },
  output: table({ text: 'string', date: 'date', count: 'bigint', absent: 'string', fixed: 'string' }),
  job: sql`SELECT ${param('text')} AS text, ${param('date')} AS date, CAST(${param('count')} AS BIGINT) AS count,
    COALESCE(${param('absent')}, 'was absent') AS absent, ${"it's \\n"} AS fixed`,
});
export const sqlControlled = defineTask({
  name: 'law-sql-controlled',
  inputs: () => ({ counted: counted() }),
  output: table(countedColumns),
  controls: copyControls,
  job: sql`SELECT n, label, amount FROM counted`,
});
export const sqlFailing = defineTask({
  name: 'law-sql-failing',
  inputs: () => ({ counted: counted() }),
  output: table({ n: 'bigint' }),
  job: sql`SELECT CAST(label AS BIGINT) AS n FROM counted`,
});
export const sqlUndeclared = defineTask({
  name: 'law-sql-undeclared',
  inputs: () => ({ counted: counted() }),
  output: table({ n: 'bigint', label: 'integer' }),
  job: sql`SELECT n, label FROM counted`,
});
export const sqlEndless = defineTask({
  name: 'law-sql-endless',
  inputs: () => ({ counted: counted() }),
  output: table({ n: 'bigint' }),
  job: endlessStatement,
});

export const codeQuick = defineTask({
  name: 'law-code-quick',
  params: { word: text },
  output: files(),
  job: code(async ({ values, writeFile: write }) => {
    await write('deep/word.txt', [String(values['word']), '\n']);
    await write('empty.txt', '');
  }),
});
export const codeCopy = defineTask({
  name: 'law-code-copy',
  inputs: () => ({ every_type: everyType() }),
  output: table(everyTypeColumns),
  job: { kind: 'code', version: '1', run: async ({ inputs }) => await inputs.every_type.table() },
});
export const codeListed = defineTask({
  name: 'law-code-listed',
  params: { whole: boolean },
  inputs: ({ whole }) => ({ members: listOf(member, whole ? memberValues : []) }),
  output: table(listedColumns),
  job: { kind: 'code', version: '1', run: async ({ inputs }) => await inputs.members.table() },
});
export const codeControlled = defineTask({
  name: 'law-code-controlled',
  inputs: () => ({ counted: counted() }),
  output: table(countedColumns),
  controls: copyControls,
  job: { kind: 'code', version: '1', run: async ({ inputs }) => await inputs.counted.table() },
});
export const codeUndeclared = defineTask({
  name: 'law-code-undeclared',
  inputs: () => ({ counted: counted() }),
  output: table({ n: 'bigint', label: 'integer' }),
  job: { kind: 'code', version: '1', run: async ({ inputs }) => await inputs.counted.table(['n', 'label']) },
});
export const codeFailing = defineTask({
  name: 'law-code-failing',
  output: files(),
  job: code(async ({ writeFile: write }) => {
    await write('begun.txt', 'begun');
    throw new RangeError('There is no such thing.');
  }),
});
export const codeText = defineTask({
  name: 'law-code-text',
  inputs: () => ({ every_type: everyType(), counted: counted() }),
  output: files(),
  job: {
    kind: 'code',
    version: '1',
    run: async ({ inputs, writeFile: write }) => {
      await write('every-type.tsv', inputs.every_type.tsv({ orderBy: ['big', 'word'] }));
      await write('counted.tsv', inputs.counted.tsv({ columns: ['amount', 'n'] }));
      let rows = 0;
      for await (const batch of inputs.counted.batches(['n'])) rows += batch.numRows;
      await write('rows.txt', `${rows}`);
    },
  },
});
export const codeEndless = defineTask({
  name: 'law-code-endless',
  params: { ticks: text },
  output: files(),
  job: code(async ({ values, signal }) => await tickUntil(signal, String(values['ticks']))),
});

/** What the source of a load task does. */
export const loadWays = [
  'rows',
  'waiting',
  'not-modified',
  'fails',
  'down',
  'unreadable',
  'gap',
  'endless',
] as const;
export const loadText = ['{"id":"1","amount":"1.50"}', '{"id":"2","amount":"-1.50"}', '{"id":"3"}', ''].join(
  '\n',
);
export const loadJob: LoadJob = {
  kind: 'load',
  version: '1',
  formats: {
    ndjson: {
      columns: { id: 'text', amount: 'text' },
      statement: `SELECT CASE WHEN id = 'x' THEN error(concat('line ', line, ': "x" is no id')) ELSE CAST(id AS BIGINT) END AS id,
        CAST(amount AS DECIMAL(18,2)) AS amount FROM raw`,
    },
  },
  expected: { postings: 'bigint' },
  fetch: async ({ values, scratch, signal, previous }) => {
    const way = values['way'];
    if (way === 'waiting') return { kind: 'waiting', for: 'the day to be closed' };
    if (way === 'not-modified') return { kind: 'not-modified', source: { previous: previous ?? 'none' } };
    if (way === 'fails') throw new RangeError('There is no such thing.');
    if (way === 'down') throw new DaybookError('source-failed', 'The source does not answer.');
    if (way === 'endless') await tickUntil(signal, String(values['ticks']));
    const path = join(scratch, 'raw.ndjson');
    const lines = { unreadable: loadText.replace('"2"', '"x"'), gap: loadText.replace('"2"', '"5"') };
    await writeFile(path, lines[way as keyof typeof lines] ?? loadText);
    return { kind: 'file', format: 'ndjson', path, expected: [{ postings: 3 }], source: { scratch } };
  },
};
export const load = defineTask({
  name: 'law-load',
  params: { way: choice(...loadWays), ticks: optional(text) },
  output: table({ id: 'bigint', amount: 'decimal(18,2)' }),
  controls: [
    inSequence('id'),
    noRows('all is zero', sql`SELECT SUM(amount) AS total FROM output HAVING SUM(amount) <> 0`),
    noRows(
      'as many as expected',
      sql`SELECT postings FROM expected WHERE postings <> (SELECT count(*) FROM output)`,
    ),
  ],
  job: loadJob,
});

/** The tasks whose jobs the laws run: what the configuration of a runner under law has as its `tasks`. */
export const runnerLawTasks: readonly AnyTaskDefinition[] = [
  everyType,
  counted,
  member,
  sqlCopy,
  sqlListed,
  sqlLiteral,
  sqlControlled,
  sqlFailing,
  sqlUndeclared,
  sqlEndless,
  codeQuick,
  codeCopy,
  codeListed,
  codeControlled,
  codeUndeclared,
  codeFailing,
  codeText,
  codeEndless,
  load,
];

function code(run: CodeJob<{}>['run']): CodeJob<{}> {
  return { kind: 'code', version: '1', run };
}

/** Adds to a file again and again, so that it can be seen from outside, until it is told to stop. */
async function tickUntil(signal: AbortSignal, path: string): Promise<never> {
  for (;;) {
    signal.throwIfAborted();
    await appendFile(path, '.');
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
