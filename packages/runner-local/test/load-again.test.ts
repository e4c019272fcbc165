import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type {
  ExpectedRow,
  FetchContext,
  Fetched,
  Json,
  LoadJob,
  RawFormatName,
  TaskDefinition,
} from '@daybook/core';
import { DaybookError, day, defineTask, inSequence, sameTotal, table } from '@daybook/core';
import { describe, expect, test } from 'vitest';
import type { Project } from './project.ts';
import { projectOf, query, temporaryFolder } from './project.ts';

interface Source {
  text: string | Buffer;
  name: string;
  format: RawFormatName;
  expected: readonly ExpectedRow[] | undefined;
  source: Json;
  fetch: ((context: FetchContext) => Promise<Fetched>) | undefined;
  confirm: (() => Promise<void>) | undefined;
  version: string;
  sum: string;
}

/** A source that a test changes between runs, the task that loads it, and what its fetch function was given. */
function sourceOf(changes: Partial<Source> = {}) {
  const folder = temporaryFolder();
  const phases: string[] = [];
  const contexts: FetchContext[] = [];
  const source: Source = {
    text: '{"n":1}\n{"n":2}\n',
    name: 'raw.ndjson',
    format: 'ndjson',
    expected: undefined,
    source: { etag: 'one' },
    fetch: undefined,
    confirm: undefined,
    version: '1',
    sum: 'n',
    ...changes,
  };
  const definition = (): TaskDefinition => {
    const raw = {
      columns: { n: 'text' },
      statement: `SELECT CAST(${source.sum} AS BIGINT) AS n FROM raw`,
    } as const;
    const job: LoadJob = {
      kind: 'load',
      version: source.version,
      formats: { ndjson: raw, csv: raw },
      expected: { total: 'bigint' },
      fetch: async (context) => {
        contexts.push(context);
        if (source.fetch !== undefined) return await source.fetch(context);
        const path = join(folder, source.name);
        writeFileSync(path, source.text);
        const { format, expected, confirm } = source;
        return {
          kind: 'file',
          format,
          path,
          source: source.source,
          ...(expected === undefined ? {} : { expected }),
          ...(confirm === undefined ? {} : { confirm }),
        };
      },
    };
    return defineTask({
      name: 'loaded',
      output: table({ n: 'bigint' }),
      controls: [inSequence('n'), sameTotal('expected.total', 'output.n')],
      refetch: 'always',
      job,
    }) as unknown as TaskDefinition;
  };
  const root = temporaryFolder();
  const project = (): Project => projectOf([definition()], { root });
  const load = async () => {
    phases.length = 0;
    const now = project();
    const observer = {
      progress: (_: unknown, step: { readonly phase: string }) => void phases.push(step.phase),
    };
    const end = await now.end(definition()(), { observer });
    return { ...end, phases: [...phases] };
  };
  return { source, contexts, load, project, task: () => definition()() };
}

test('identical bytes are a new version that names the old part, without a conversion', async () => {
  const { load, project, task, source } = sourceOf();
  expect(await load()).toMatchObject({ kind: 'published', version: 1, phases: ['convert', 'control'] });
  const first = await project().manifest(task());
  const written = statSync(await project().part(task())).mtimeMs;
  source.source = { etag: 'two' };
  expect(await load()).toMatchObject({ kind: 'unchanged', version: 2, rows: 2, phases: [] });
  const second = await project().manifest(task());
  expect(second.parts).toEqual(first.parts);
  expect(second.controls).toEqual(first.controls);
  expect(second.source).toEqual({ etag: 'two' });
  expect(statSync(await project().part(task())).mtimeMs).toBe(written);
});

test('the same text, packed or not, is the same', async () => {
  const { load, source } = sourceOf();
  await load();
  Object.assign(source, { text: gzipSync(source.text), name: 'raw.ndjson.gz' });
  expect(await load()).toMatchObject({ kind: 'unchanged', phases: [] });
});

test('other bytes are converted and published, and so is another format of the same rows', async () => {
  const { load, source, project, task } = sourceOf();
  await load();
  const first = await project().manifest(task());
  source.text += '{"n":3}\n';
  expect(await load()).toMatchObject({ kind: 'published', version: 2, rows: 3 });
  Object.assign(source, { text: 'n\n1\n2\n3\n', format: 'csv', name: 'raw.csv' });
  expect(await load()).toMatchObject({ kind: 'published', version: 3, rows: 3 });
  const third = await project().manifest(task());
  expect(third.parts[0]?.path).not.toBe(first.parts[0]?.path);
});

test('the same bytes are converted again when the statement or the version has changed', async () => {
  const { load, source, project, task } = sourceOf();
  await load();
  source.version = '2';
  expect(await load()).toMatchObject({ kind: 'published', version: 2, phases: ['convert', 'control'] });
  source.sum = '0 + CAST(n AS BIGINT)';
  expect(await load()).toMatchObject({ kind: 'published', version: 3, phases: ['convert', 'control'] });
  expect(await project().rows(task())).toEqual([{ n: '1' }, { n: '2' }]);
});

test('the fetch function is given the recorded source only while the code is that of now', async () => {
  const { load, source, contexts } = sourceOf();
  await load();
  await load();
  source.version = '2';
  await load();
  expect(contexts.map(({ published, previous }) => [published, previous])).toEqual([
    [false, undefined],
    [true, { etag: 'one' }],
    [true, undefined],
  ]);
});

test('a changed expectation alone runs the controls again, and may block what was published', async () => {
  const { load, source, project, task } = sourceOf({ expected: [{ total: 3 }] });
  expect(await load()).toMatchObject({ kind: 'published', version: 1 });
  expect(await load()).toMatchObject({ kind: 'unchanged', version: 2, phases: [] });
  source.expected = [{ total: 4n }];
  expect(await load()).toMatchObject({
    kind: 'blocked',
    phases: ['convert', 'control'],
    controls: [{ held: true }, { held: false, figures: { total: '4 ≠ 3' } }],
  });
  expect((await project().manifest(task())).version).toBe(2);
  source.expected = [{ total: 1 }, { total: 2 }];
  expect(await load()).toMatchObject({ kind: 'unchanged', version: 3, phases: ['convert', 'control'] });
});

test('an expectation that comes later is controlled', async () => {
  const { load, source, project, task } = sourceOf();
  await load();
  source.expected = [{ total: '3' }];
  expect(await load()).toMatchObject({ kind: 'unchanged', phases: ['convert', 'control'] });
  expect((await project().manifest(task())).controls.length).toBe(2);
});

test.each([
  ['12.5', 'is not exactly a bigint'],
  ['1e3', 'is not exactly a bigint'],
  ['', 'is not exactly a bigint'],
  ['9223372036854775808', 'Could not convert'],
])('an expected total of "%s" is unreadable, not rounded', async (total, why) => {
  expect(await sourceOf({ expected: [{ total }] }).load()).toMatchObject({
    kind: 'failed',
    error: {
      code: 'input-unreadable',
      message: expect.stringMatching(new RegExp(`to be expected of loaded .*${why}`, 's')) as string,
    },
  });
});

describe('`confirm`', () => {
  test('is called once the file has been read, with the file still there', async () => {
    let seen = 0;
    const { load, source } = sourceOf({ confirm: async () => void (seen += 1) });
    await load();
    expect(seen).toBe(1);
    await load();
    expect(seen).toBe(2);
    source.text += '{"n":3}\n';
    await load();
    expect(seen).toBe(3);
  });

  test('that throws publishes nothing, neither what was converted nor what is unchanged', async () => {
    const { load, source, project, task } = sourceOf();
    await load();
    source.confirm = async () => {
      throw new DaybookError('source-failed', 'The file changed while it was read.');
    };
    const retries = { kind: 'failed', fault: 'infrastructure', error: { code: 'source-failed' } };
    const now = projectOf([withoutRetries(task().definition)], { root: project().root });
    const [again] = [withoutRetries(task().definition)];
    expect(await now.end(again())).toMatchObject(retries);
    source.text += '{"n":3}\n';
    expect(await now.end(again())).toMatchObject(retries);
    expect((await project().manifest(task())).version).toBe(1);
  });
});

test('what is not modified is a new version that names the old part and tells the new source', async () => {
  const { load, source, project, task } = sourceOf();
  await load();
  source.fetch = async () => ({ kind: 'not-modified', source: { etag: 'one', asked: 'again' } });
  expect(await load()).toMatchObject({ kind: 'unchanged', version: 2, phases: [] });
  expect((await project().manifest(task())).source).toEqual({ etag: 'one', asked: 'again' });
});

test('what is not there yet is waited for', async () => {
  const { load, project, task } = sourceOf({
    fetch: async () => ({ kind: 'waiting', for: 'the exchange to close the day' }),
  });
  expect(await load()).toMatchObject({ kind: 'waiting', for: 'the exchange to close the day' });
  await expect(project().manifest(task())).rejects.toThrow('is not published');
});

test('a source that fails is the infrastructure’s fault, one that cannot be read is not, and neither is any other error', async () => {
  const failing = async (error: Error) => {
    const { task, project } = sourceOf({
      fetch: async () => {
        throw error;
      },
    });
    const definition = withoutRetries(task().definition);
    return await projectOf([definition], { root: project().root }).end(definition());
  };
  expect(await failing(new DaybookError('source-failed', 'no answer'))).toMatchObject({
    kind: 'failed',
    fault: 'infrastructure',
    error: { code: 'source-failed', message: 'no answer' },
  });
  expect(await failing(new DaybookError('input-unreadable', 'two files'))).toMatchObject({
    kind: 'failed',
    fault: 'task',
    error: { code: 'input-unreadable' },
  });
  expect(await failing(new TypeError('a slip'))).toMatchObject({
    kind: 'failed',
    fault: 'task',
    error: { code: 'job-failed', message: 'a slip' },
  });
});

test('a source that fails once is asked again and then published', async () => {
  const { source, load } = sourceOf();
  let asked = 0;
  const { name, text, format } = source;
  const folder = temporaryFolder();
  source.fetch = async () => {
    asked += 1;
    if (asked === 1) throw new DaybookError('source-failed', 'no answer');
    writeFileSync(join(folder, name), text);
    return { kind: 'file', format, path: join(folder, name), source: null };
  };
  expect(await load()).toMatchObject({ kind: 'published' });
  expect(asked).toBe(2);
});

test('a file that is not there, and a format that is not declared, fail with what is wrong', async () => {
  const missing = sourceOf({
    fetch: async () => ({ kind: 'file', format: 'ndjson', path: '/nowhere/raw.ndjson', source: null }),
  });
  expect(await missing.load()).toMatchObject({
    kind: 'failed',
    error: { message: expect.stringContaining('ENOENT') as string },
  });
  const parquet = sourceOf({
    fetch: async () => ({ kind: 'file', format: 'parquet', path: '/nowhere/raw.parquet', source: null }),
  });
  expect(await parquet.load()).toMatchObject({
    kind: 'failed',
    error: { code: 'job-failed', message: expect.stringContaining('declares only ndjson, csv') as string },
  });
});

test('the scratch folder of a fetch is there for it alone and gone afterwards', async () => {
  const { source, load, contexts } = sourceOf();
  source.fetch = async ({ scratch }) => {
    const path = join(scratch, 'raw.ndjson');
    writeFileSync(path, '{"n":1}\n');
    expect(readFileSync(path, 'utf8')).toBe('{"n":1}\n');
    return { kind: 'file', format: 'ndjson', path, source: null };
  };
  await load();
  source.text = '';
  await load();
  expect(new Set(contexts.map(({ scratch }) => scratch)).size).toBe(2);
  expect(contexts.map(({ scratch }) => existsSync(scratch))).toEqual([false, false]);
});

test('the fetch function knows the parameters and the accounting today, and its progress is told', async () => {
  const told: unknown[] = [];
  const dated = defineTask({
    name: 'dated',
    params: { date: day },
    output: table({ n: 'bigint' }),
    job: {
      kind: 'load',
      version: '1',
      formats: { csv: { columns: { n: 'text' }, statement: 'SELECT CAST(n AS BIGINT) AS n FROM raw' } },
      fetch: async ({ values, today, scratch, progress }) => {
        progress({ phase: 'fetch', done: 1, total: 2, unit: 'pages' });
        const path = join(scratch, 'raw.csv');
        writeFileSync(
          path,
          `n\n${today.replaceAll('-', '')}\n${String(values['date']).replaceAll('-', '')}\n`,
        );
        return { kind: 'file', format: 'csv', path, source: null };
      },
    },
  });
  const project = projectOf([dated]);
  await project.run([dated({ date: '2020-01-31' })], {
    observer: {
      progress: (task, { phase, done, total, unit }) => told.push([task, phase, done, total, unit]),
    },
  });
  expect(told[0]).toEqual(['dated/date=2020-01-31', 'fetch', 1, 2, 'pages']);
  expect(await project.rows(dated({ date: '2020-01-31' }))).toEqual([{ n: '20200131' }, { n: '20200201' }]);
  expect(await query('SELECT 1 AS n')).toEqual([{ n: 1 }]);
});

test('a day that is not over is waited for and never fetched', async () => {
  const never = defineTask({
    name: 'never',
    params: { date: day },
    output: table({ n: 'bigint' }),
    job: {
      kind: 'load',
      version: '1',
      formats: {},
      fetch: async () => {
        throw new Error('It was fetched.');
      },
    },
  });
  expect(await projectOf([never]).run([never({ date: '2020-02-01' })])).toMatchObject({
    outcome: 'waiting',
    ends: {},
  });
});

/** The same task, tried once. */
function withoutRetries(definition: TaskDefinition) {
  const { taskName, output, controls, job } = definition;
  return defineTask({
    name: taskName,
    output: output as ReturnType<typeof table<{ n: 'bigint' }>>,
    controls: controls as never[],
    refetch: 'always',
    retries: 0,
    job: job as LoadJob,
  });
}
