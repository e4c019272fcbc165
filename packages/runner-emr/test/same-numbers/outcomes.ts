import type { Task } from '@daybook/core';
import {
  boolean,
  choice,
  day,
  defineTask,
  everyRow,
  integer,
  listOf,
  month,
  noNulls,
  noRows,
  optional,
  sameTotal,
  sql,
  table,
  text as textParam,
  uniqueKey,
  zeroSum,
} from '@daybook/core';
import { t, text, u, z } from './fixtures.ts';

/** Controls of every kind, some of which hold, over more than ten offenders and groups. */
export const controlled = defineTask({
  name: 'controlled',
  inputs: () => ({ t: t(), u: u(), z: z() }),
  output: table({
    id: 'bigint',
    s: 'string',
    d: 'decimal(18,2)',
    day: 'date',
    ts: 'timestamp',
    f: 'boolean',
  }),
  controls: [
    noNulls('id'),
    noNulls('s', 'ts'),
    everyRow('is-small', sql`d < 2 AND ts IS NOT NULL`, { remedy: 'Give small ones.' }),
    everyRow('is-there', sql`id >= 0`),
    uniqueKey('id', 's'),
    uniqueKey('s', 'ts', 'f'),
    zeroSum('d', { by: [] }),
    zeroSum('d', { by: ['f', 'ts'] }),
    sameTotal('t.d', 'output.d', { by: ['s'] }),
    sameTotal('t.d', 'output.d', { by: ['f'] }),
    sameTotal('u.id', 'output.id'),
    sameTotal('z.*', 'output.*'),
    noRows('no-strangers', sql`SELECT id, ts, f FROM output EXCEPT SELECT id, ts, f FROM t`),
    noRows(
      'all-there',
      sql`SELECT t.id, t.ts, CAST(t.day AS TIMESTAMP) AS midnight, SUM(t.d) AS d FROM t LEFT JOIN output ON output.id = t.id AND output.d < 0 WHERE output.id IS NULL GROUP BY t.id, t.ts, t.day`,
    ),
  ],
  job: sql`SELECT t.id + 0 AS id, t.s, t.d, t.day, t.ts, t.f FROM t CROSS JOIN u WHERE u.id < 4`,
});

/** A group of the data that is called `broken`, and totals that are few. */
export const heldControls = defineTask({
  name: 'held-controls',
  inputs: () => ({ t: t() }),
  output: table({ id: 'bigint', word: 'string', d: 'decimal(18,2)' }),
  controls: [
    uniqueKey('id'),
    zeroSum('d', { by: ['word'] }),
    sameTotal('t.*', 'output.*'),
    sameTotal('output.d', 'output.d', { by: ['word'], name: 'itself' }),
    noRows('none', sql`SELECT id FROM output WHERE id < 0;`),
  ],
  job: sql`SELECT id, CASE WHEN id > 6 THEN 'broken' WHEN id > 2 THEN 'whole' END AS word, CAST(0 AS DECIMAL(18,2)) AS d FROM t`,
});

/** Statements that fail on both engines as the task's fault, with the code. */
export const failing = {
  'integer-overflows': ['sql-failed', sql`SELECT CAST(b * 9000 AS BIGINT) AS n FROM t`],
  'decimal-overflows': ['sql-failed', sql`SELECT CAST(CAST(d * 1000 AS DECIMAL(5,2)) AS BIGINT) AS n FROM t`],
  'no-such-column': ['sql-failed', sql`SELECT nope AS n FROM t`],
  'no-such-table': ['sql-failed', sql`SELECT n FROM nowhere`],
  'no-statement': ['sql-failed', sql`SELECT SELECT`],
  'other-kind': ['output-invalid', sql`SELECT s AS n FROM t`],
  'other-columns': ['output-invalid', sql`SELECT id AS n, id AS m, s FROM t`],
  'missing-column': ['output-invalid', sql`SELECT id FROM t`],
} as const;

export const failingTasks = Object.entries(failing).map(([name, [, job]]) =>
  defineTask({ name, inputs: () => ({ t: t() }), output: table({ n: 'bigint' }), job }),
);

export const otherScale = defineTask({
  name: 'other-scale',
  inputs: () => ({ t: t() }),
  output: table({ d: 'decimal(18,3)' }),
  job: sql`SELECT d FROM t`,
});

const member = defineTask({
  name: 'member',
  params: {
    date: day,
    month,
    label: textParam,
    count: integer,
    flag: boolean,
    pick: choice('a', 'b'),
    note: optional(textParam),
  },
  output: table({ n: 'bigint' }),
  job: sql`SELECT CAST(1 AS BIGINT) AS n UNION ALL SELECT NULL`,
});

const members = [
  { date: '2018-07-24', month: '2018-07', label: "o'clock é\\", count: -5, flag: true, pick: 'a' },
  {
    date: '1969-12-31',
    month: '1969-12',
    label: '🍵 ${x}',
    count: 9007199254740991,
    flag: false,
    pick: 'b',
    note: '5',
  },
] as const;

/** A list as one table with the parameters of each member; without any it is an empty one. */
export const listed = defineTask({
  name: 'listed',
  params: { whole: boolean },
  inputs: ({ whole }) => ({ members: listOf(member, whole ? members : []) }),
  output: table({
    n: 'bigint',
    date: 'date',
    month: 'string',
    label: 'string',
    count: 'bigint',
    flag: 'boolean',
    pick: 'string',
    note: 'string',
  }),
  controls: [sameTotal('members.*', 'output.*')],
  job: sql`SELECT n, date, month, label, count, flag, pick, note FROM members`,
});

/** Texts that an engine might take for something else. */
export const oddTexts = defineTask({
  name: 'odd-texts',
  inputs: () => ({ t: t() }),
  output: table({ a: 'string', b: 'string', c: 'string', d: 'string', n: 'integer' }),
  job: sql`SELECT ${'${x} $y'} AS a, ${"it's"} AS b, ${'back\\slash \\n'} AS c, ${'"quoted" `so` --'} AS d, ${-1} - ${-1} AS n FROM t WHERE id = 1;`,
});

/** Takes longer than anybody waits for it. */
export const endless = defineTask({
  name: 'endless',
  params: { which: textParam },
  inputs: () => ({ t: t() }),
  output: table({ n: 'bigint' }),
  job: text(
    `SELECT count(*) AS n FROM ${Array.from({ length: 11 }, (_, index) => `t AS t${index}`).join(' CROSS JOIN ')} WHERE ${Array.from({ length: 11 }, (_, index) => `t${index}.a`).join(' + ')} = 1`,
  ),
});

export const definitions = [
  controlled,
  heldControls,
  ...failingTasks,
  otherScale,
  member,
  listed,
  oddTexts,
  endless,
] as const;

/** All that both engines can be asked. */
export const bothTasks: readonly Task[] = [
  controlled(),
  heldControls(),
  ...failingTasks.map((each) => each()),
  otherScale(),
  listed({ whole: true }),
  listed({ whole: false }),
  oddTexts(),
];
