import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { everyRow, inSequence, noRows, uniqueKey } from '../src/control.ts';
import { sha256 } from '../src/digest.ts';
import type { LoadJob, SparkJob } from '../src/job.ts';
import type { Values } from '../src/param.ts';
import { boolean, choice, day, integer, month, optional, text } from '../src/param.ts';
import { files, table } from '../src/schema.ts';
import { param, sql } from '../src/sql/statement.ts';
import type { SparkFile } from '../src/spark-file.ts';
import { sparkFile } from '../src/spark-file.ts';
import type { Inputs, TaskDefinition } from '../src/task.ts';
import {
  columnsOf,
  defineTask,
  joinTaskId,
  listOf,
  parseValues,
  segmentOf,
  splitTaskId,
  tasksOf,
} from '../src/task.ts';
import { rowsOf, thrownBy } from './text-table.ts';

const output = table({ id: 'bigint', net: 'decimal(18,2)' });
const job = sql`SELECT 1`;
const load: LoadJob = {
  kind: 'load',
  version: '1',
  formats: {},
  fetch: async () => ({ kind: 'waiting', for: 'nothing' }),
};

const fileNamed = (name: string): SparkFile => ({ path: `/a/${name}`, name, sha256: '0'.repeat(64) });
const spark: SparkJob = { kind: 'spark', program: fileNamed('a.py') };

const bare = defineTask({ name: 'opening-balances', output, job });
const daily = defineTask({ name: 'account-statistics', params: { date: day }, output, job });
const rich = defineTask({
  name: 'rich',
  params: { date: day, count: optional(integer), all: optional(boolean), label: optional(text) },
  output,
  job,
});

/** Makes a task from values that the types may forbid. */
function make(definition: unknown, values: unknown): () => { readonly id: string; readonly values: Values } {
  return () => (definition as (values: unknown) => { id: string; values: Values })(values);
}

describe('the id of a task', () => {
  test('is its name and its parameters, in the order declared', () => {
    expect(daily({ date: '2018-07-24' }).id).toBe('account-statistics/date=2018-07-24');
    expect(rich({ label: 'x', all: false, count: -3, date: '2018-07-24' }).id).toBe(
      'rich/date=2018-07-24,count=-3,all=false,label=x',
    );
  });

  test('is the bare name without parameters', () => {
    expect(bare().id).toBe('opening-balances');
    expect(bare({}).id).toBe('opening-balances');
    expect(segmentOf(bare())).toBe('-');
    const allOptional = defineTask({ name: 'maybe', params: { label: optional(text) }, output, job });
    expect([allOptional().id, allOptional({ label: '-' }).id]).toEqual(['maybe', 'maybe/label=-']);
  });

  test('leaves out an optional parameter that is not given', () => {
    expect(rich({ date: '2018-07-24' }).id).toBe('rich/date=2018-07-24');
    expect(rich({ date: '2018-07-24', label: 'x' }).id).toBe('rich/date=2018-07-24,label=x');
    expect(rich({ date: '2018-07-24', count: undefined }).values).toEqual({ date: '2018-07-24' });
  });

  const encoded = rowsOf(
    ['text', 'segment'],
    `
    text      | segment
    a b       | a%20b
    a/b       | a%2Fb
    ../x      | ..%2Fx
    a,b=c     | a%2Cb%3Dc
    100%      | 100%25
    A-Z_0.9   | A-Z_0.9
    é         | %C3%A9
    😀        | %F0%9F%98%80
    ~*'()     | %7E%2A%27%28%29
    a\\b:c    | a%5Cb%3Ac
  `,
  );
  test.each(encoded)('percent-encodes "$text"', ({ text: label, segment }) => {
    const task = rich({ date: '2018-07-24', label });
    expect(segmentOf(task)).toBe(`date=2018-07-24,label=${segment}`);
    expect(task.values['label']).toBe(label);
  });

  test('percent-encodes what separates lines and ends strings', () => {
    expect(segmentOf(rich({ date: '2018-07-24', label: '\n\t\0' }))).toContain('label=%0A%09%00');
  });

  test('has a segment of 200 bytes at most', () => {
    const labelled = defineTask({ name: 'labelled', params: { label: text }, output, job });
    const longest = 'x'.repeat(200 - 'label='.length);
    expect(segmentOf(labelled({ label: longest }))).toHaveLength(200);
    expect(thrownBy(() => labelled({ label: `${longest}x` }))).toBe(
      `parameter-invalid: The parameters of labelled take 201 bytes in a path, more than 200: shorten label=${'x'.repeat(54)}…`,
    );
    expect(segmentOf(labelled({ label: 'é'.repeat(32) }))).toHaveLength(198);
    expect(thrownBy(() => labelled({ label: 'é'.repeat(33) }))).toContain('take 204 bytes');
  });

  test.each(['opening-balances', 'account-statistics/date=2018-07-24', 'a/x=%2F,y=1'])(
    '%s is its name and segment, joined',
    (id) => {
      const { name, segment } = splitTaskId(id);
      expect(joinTaskId(name, segment)).toBe(id);
      expect(segment).not.toContain('/');
    },
  );
});

describe('a task', () => {
  test('refuses a parameter that is missing, unknown or malformed, and names it', () => {
    expect(thrownBy(make(daily, {}))).toBe(
      'parameter-missing: The task account-statistics needs its parameter "date": give --date YYYY-MM-DD.',
    );
    expect(thrownBy(make(daily, { date: '2018-07-24', day: 'x' }))).toBe(
      'parameter-unknown: The task account-statistics has no parameter "day": it has date.',
    );
    expect(thrownBy(make(bare, { date: '2018-07-24' }))).toBe(
      'parameter-unknown: The task opening-balances has no parameter "date": it has none.',
    );
    expect(thrownBy(make(daily, { date: '2018-02-30' }))).toBe(
      'parameter-invalid: The date "2018-02-30" of account-statistics is not a day of the form YYYY-MM-DD.',
    );
    expect(thrownBy(make(rich, { date: '2018-07-24', count: 1.5 }))).toBe(
      'parameter-invalid: The count "1.5" of rich is not a whole number such as 42.',
    );
    expect(thrownBy(make(daily, { date: '2018-07-24', toString: 'x' }))).toContain('parameter-unknown');
  });

  test('is plain frozen data, and equal to another of the same name and parameters', () => {
    const task = daily({ date: '2018-07-24' });
    expect([Object.isFrozen(task), Object.isFrozen(task.values), Object.isFrozen(daily)]).toEqual([
      true,
      true,
      true,
    ]);
    expect(daily({ date: '2018-07-24' })).toEqual(task);
    expect(task).toMatchObject({ kind: 'task', name: 'account-statistics', values: { date: '2018-07-24' } });
    expect(task.definition).toBe(daily);
  });
});

describe('the texts of parameters', () => {
  const typed = defineTask({
    name: 'typed',
    params: { date: day, count: integer, all: boolean, kind: choice('a', 'b') },
    output,
    job,
  }) as unknown as TaskDefinition;

  test('become values of their kinds', () => {
    expect(parseValues(typed, { date: '2018-07-24', count: '3', all: 'false', kind: 'b' })).toEqual({
      date: '2018-07-24',
      count: 3,
      all: false,
      kind: 'b',
    });
  });

  test('are refused by name when they are unknown or malformed', () => {
    expect(thrownBy(() => parseValues(typed, { dat: 'x' }))).toBe(
      'parameter-unknown: The task typed has no parameter "dat": it has date, count, all, kind.',
    );
    expect(thrownBy(() => parseValues(typed, { kind: 'c' }))).toBe(
      'parameter-invalid: The kind "c" of typed is not one of a, b.',
    );
    for (const name of ['toString', 'constructor', '__proto__'])
      expect(thrownBy(() => parseValues(typed, Object.fromEntries([[name, 'x']])))).toContain(
        `parameter-unknown: The task typed has no parameter "${name}"`,
      );
  });
});

describe('a list as an input', () => {
  const keyed = defineTask({
    name: 'keyed',
    params: {
      date: day,
      of: month,
      label: text,
      kind: choice('a'),
      count: integer,
      all: optional(boolean),
    },
    output,
    job,
  });

  test('has the tasks of the values given, in their order', () => {
    const list = listOf(daily, [{ date: '2018-07-02' }, { date: '2018-07-01' }]);
    expect(tasksOf(list).map(({ id }) => id)).toEqual([
      'account-statistics/date=2018-07-02',
      'account-statistics/date=2018-07-01',
    ]);
    expect(list.definition).toBe(daily);
    expect(tasksOf(daily({ date: '2018-07-01' }))).toHaveLength(1);
  });

  test('has each parameter as a column besides, even when it is empty', () => {
    expect(columnsOf(listOf(keyed, []))).toEqual({
      id: 'bigint',
      net: 'decimal(18,2)',
      date: 'date',
      of: 'string',
      label: 'string',
      kind: 'string',
      count: 'bigint',
      all: 'boolean',
    });
    expect(columnsOf(daily({ date: '2018-07-01' }))).toEqual({ id: 'bigint', net: 'decimal(18,2)' });
  });

  test('refuses what its tasks refuse', () => {
    expect(thrownBy(() => listOf(daily, [{ date: 'x' }]))).toContain('parameter-invalid');
  });
});

const dated = defineTask({ name: 'dated', params: { date: day }, output: table({ date: 'date' }), job });

function withInputs(inputs: () => Inputs): unknown {
  return defineTask({ name: 'a', inputs, output, job }).inputsOf({});
}

describe('a definition', () => {
  test('without a job may call its inputs as it likes, for nothing reads them', () => {
    const inputs = () => ({ output: listOf(dated, []) });
    expect(Object.keys(defineTask({ name: 'a', inputs }).inputsOf({}))).toEqual(['output']);
  });

  test('knows its own inputs, and names earlier tasks of itself', () => {
    const balances = defineTask({
      name: 'balances',
      params: { date: day },
      inputs: ({ date }, self) => ({
        statistics: daily({ date }),
        before: listOf(self, date === '2018-07-01' ? [] : [{ date: '2018-07-01' }]),
      }),
      output,
      job,
    });
    const inputs = balances.inputsOf({ date: '2018-07-02' });
    expect(Object.values(inputs).flatMap((input) => tasksOf(input).map(({ id }) => id))).toEqual([
      'account-statistics/date=2018-07-02',
      'balances/date=2018-07-01',
    ]);
    expect(inputs['before']?.definition).toBe(balances);
    expect(bare.inputsOf({})).toEqual({});
  });

  test('has no priority, resources or limits of its own unless it says so', () => {
    expect({ ...bare }).toMatchObject({
      priority: 0,
      resources: {},
      retries: undefined,
      timeoutMs: undefined,
    });
    const own = defineTask({
      name: 'own',
      output,
      job,
      priority: 2,
      resources: { emr: 1 },
      retries: 0,
      timeoutMs: 5,
    });
    expect({ ...own }).toMatchObject({ priority: 2, resources: { emr: 1 }, retries: 0, timeoutMs: 5 });
  });

  const refusals: readonly (readonly [string, () => unknown])[] = [
    [
      'needs a name of lower-case words joined by "-".',
      () => defineTask({ name: 'Daily_Report', output, job }),
    ],
    ['needs a name of lower-case words joined by "-".', () => defineTask({ name: 'a--b', output, job })],
    ['needs a name of lower-case words joined by "-".', () => defineTask({ name: '..', output, job })],
    [
      'has a job but no output: declare one with table({…}) or files().',
      () => defineTask({ name: 'a', job }),
    ],
    [
      'writes files, which have no rows to control: remove its controls.',
      () => defineTask({ name: 'a', output: files(), controls: [uniqueKey('id') as never] }),
    ],
    ['writes files, which only a code job can.', () => defineTask({ name: 'a', output: files(), job })],
    [
      'declares refetch, which is for load jobs only.',
      () => defineTask({ name: 'a', output, job, refetch: 'always' }),
    ],
    [
      'declares refetch by days and so needs exactly one parameter that is a day.',
      () => defineTask({ name: 'a', output, job: load, refetch: { days: 2 } }),
    ],
    [
      'declares refetch by days and so needs exactly one parameter that is a day.',
      () =>
        defineTask({ name: 'a', params: { from: day, to: day }, output, job: load, refetch: { days: 2 } }),
    ],
    [
      'has a control in-sequence, which is for load jobs only: other outputs have no order.',
      () => defineTask({ name: 'a', output, job, controls: [inSequence('id')] }),
    ],
    [
      'has controls and no job, so that nothing would run them: remove them.',
      () => defineTask({ name: 'a', output, controls: [uniqueKey('id')] }),
    ],
    [
      'has a parameter "a/b": begin with a letter and go on with letters, digits, "_" and "-".',
      () => defineTask({ name: 'a', params: { 'a/b': text }, output, job }),
    ],
    [
      'names the parameter "dat" in its job or controls, and it has date.',
      () => defineTask({ name: 'a', params: { date: day }, output, job: sql`SELECT ${param('dat')}` }),
    ],
    [
      'names the parameter "dat" in its job or controls, and it has none.',
      () => defineTask({ name: 'a', output, job, controls: [everyRow('c', sql`${param('dat')} = 1`)] }),
    ],
    [
      'names the parameter "dat" in its job or controls, and it has none.',
      () => defineTask({ name: 'a', output, job, controls: [noRows('c', sql`SELECT ${param('dat')}`)] }),
    ],
    [
      'names the parameter "dat" in its job or controls, and it has none.',
      () => defineTask({ name: 'a', output, job: { ...spark, arguments: ['x', param('dat')] } }),
    ],
    [
      'writes files, which only a code job can.',
      () => defineTask({ name: 'a', output: files(), job: spark }),
    ],
    [
      'has a Spark job with a file that is none: write sparkFile(new URL(…, import.meta.url)).',
      () => defineTask({ name: 'a', output, job: { ...spark, program: './a.py' as never } }),
    ],
    [
      'has the Spark program a.sh: give a .py or a .jar.',
      () => defineTask({ name: 'a', output, job: { ...spark, program: fileNamed('a.sh') } }),
    ],
    [
      'has the Spark program a.jar and no mainClass: name the class whose main is run.',
      () => defineTask({ name: 'a', output, job: { ...spark, program: fileNamed('a.jar') } }),
    ],
    [
      'gives Spark the file a.txt: a .py, .zip, .egg or .jar it can import.',
      () => defineTask({ name: 'a', output, job: { ...spark, files: [fileNamed('a.txt')] } }),
    ],
    ['has NaN retries: give a', () => defineTask({ name: 'a', output, job, retries: Number.NaN })],
    ['has -1 retries: give a', () => defineTask({ name: 'a', output, job, retries: -1 })],
    ['has a timeoutMs of 0: give more', () => defineTask({ name: 'a', output, job, timeoutMs: 0 })],
    ['has a timeoutMs of NaN: give', () => defineTask({ name: 'a', output, job, timeoutMs: Number.NaN })],
    ['has a priority that is no number', () => defineTask({ name: 'a', output, job, priority: Number.NaN })],
    [
      'asks for NaN of the resource "disk": give a number from 0.',
      () => defineTask({ name: 'a', output, job, resources: { disk: Number.NaN } }),
    ],
    [
      'is fetched again for 1.5 days: give a whole number from 0.',
      () => defineTask({ name: 'a', params: { date: day }, output, job: load, refetch: { days: 1.5 } }),
    ],
    ['calls an input "Output", which is taken', () => withInputs(() => ({ Output: bare() }))],
    ['calls an input "A", which is taken', () => withInputs(() => ({ a: bare(), A: bare() }))],
    [
      'takes a list of dated, which has a column and a parameter "date", and a list shows both: rename one.',
      () => withInputs(() => ({ days: listOf(dated, []) })),
    ],
  ];
  test.each(refusals)('that is wrong is told: it %s', (why, act) => {
    expect(thrownBy(act)).toMatch(/^definition-invalid: The task "/);
    expect(thrownBy(act)).toContain(`" ${why}`);
  });

  test('may load with refetch always and without a day', () => {
    expect(defineTask({ name: 'a', output, job: load, refetch: 'always' }).refetch).toBe('always');
    expect(
      defineTask({ name: 'a', params: { date: day }, output, job: load, refetch: { days: 2 } }).refetch,
    ).toEqual({ days: 2 });
  });
});

describe('a file for Spark', () => {
  test('is known by what is in it', () => {
    const file = sparkFile(new URL(import.meta.url));
    expect(file).toEqual({
      path: import.meta.filename,
      name: 'task.test.ts',
      sha256: sha256(readFileSync(import.meta.filename)),
    });
    expect(sparkFile(import.meta.filename)).toEqual(file);
  });

  test('that is not there is named', () => {
    expect(thrownBy(() => sparkFile('/not/there.py'))).toContain(
      'definition-invalid: The file /not/there.py of a Spark job cannot be read',
    );
  });
});
