import { readdirSync } from 'node:fs';
import type { Manifest, Part, RowsOptions, Target, Task } from '@daybook/core';
import { defineTask, sql, table } from '@daybook/core';
import { memoryTargets } from '@daybook/core/testing';
import { fileTargets } from '@daybook/target-file';
import { describe, expect, onTestFinished, test } from 'vitest';
import { arrowTable, localRunner } from '../src/index.ts';
import { everyType, extremes, extremesSql } from './every-type.ts';
import { projectOf, temporaryFolder } from './project.ts';

const bySql = defineTask({
  name: 'by-sql',
  output: table(everyType),
  job: sql([extremesSql] as unknown as TemplateStringsArray),
});
const byCode = defineTask({
  name: 'by-code',
  output: table(everyType),
  job: { kind: 'code', version: '1', run: async () => arrowTable(everyType, extremes) },
});

describe.each([
  ['a folder', () => fileTargets({ root: temporaryFolder() })],
  ['a target that is no folder', () => memoryTargets()],
] as const)('of parts in %s', (_, targetOf) => {
  /** Publishes a task, and reads its parts with a runner of its own. */
  async function published(task: Task) {
    const scratch = temporaryFolder();
    const target: Target = targetOf();
    const project = projectOf([task.definition], { target });
    await project.run([task]);
    const runner = localRunner({ scratch, cache: { bytes: 0 } });
    onTestFinished(async () => await runner.close?.());
    const manifest = await project.manifest(task);
    const rows = async (
      options: RowsOptions,
      parts: readonly Part[] = manifest.parts,
      output = manifest.output,
    ) => {
      const lines: string[] = [];
      for await (const some of runner.readRows?.(target, parts, output, options) ?? []) lines.push(...some);
      return lines;
    };
    const fingerprint = async (output: Manifest['output'] = manifest.output) =>
      await runner.fingerprint?.(target, manifest.parts, output);
    return { runner, target, manifest, rows, fingerprint, scratch };
  }

  test('the rows are JSON arrays of texts and nulls', async () => {
    const { rows } = await published(bySql());
    expect((await rows({ orderBy: ['big'], as: 'json' })).map((line) => JSON.parse(line) as unknown)).toEqual(
      [
        Array(8).fill(null),
        [
          'true',
          '-2147483648',
          '-9223372036854775808',
          '-9999999999999999.99',
          '-99999999999999999999999999999.999999999',
          '',
          '0001-01-01',
          '0001-01-01T00:00:00.000000Z',
        ],
        [
          'false',
          '0',
          '0',
          '-0.01',
          '0.000000001',
          'before 1970',
          '1969-12-31',
          '1969-12-31T23:59:59.999999Z',
        ],
        [
          'false',
          '2147483647',
          '9223372036854775807',
          '9999999999999999.99',
          '99999999999999999999999999999.999999999',
          '🍵 tab\t line\n return\r back\\slash "quotes" \'single\' é \u{10ffff}',
          '9999-12-31',
          '9999-12-31T23:59:59.999999Z',
        ],
      ],
    );
  });

  test('the rows are lines of TSV, in order, as many as wanted', async () => {
    const { rows } = await published(byCode());
    const lines = await rows({ orderBy: ['word', 'big'], limit: 3, as: 'tsv' });
    expect(lines.map((line) => line.split('\t')[5])).toEqual(['', '', 'before 1970']);
    expect(await rows({ orderBy: ['big'], limit: 0, as: 'tsv' })).toEqual([]);
    expect((await rows({ orderBy: [], as: 'tsv' })).length).toBe(4);
  });

  test('the rows of several parts are one table', async () => {
    const { rows, manifest } = await published(bySql());
    expect((await rows({ orderBy: ['big'], as: 'tsv' }, [...manifest.parts, ...manifest.parts])).length).toBe(
      4,
    );
  });

  test('the fingerprint made anew is the one in the manifest, and depends on the declaration', async () => {
    for (const task of [bySql(), byCode()]) {
      const { fingerprint, manifest } = await published(task);
      expect(await fingerprint()).toBe(manifest.fingerprint);
      const { output } = manifest;
      if (output.kind !== 'table') throw new Error('A table was declared.');
      expect(await fingerprint({ ...output, columns: output.columns.toReversed() })).not.toBe(
        manifest.fingerprint,
      );
    }
  });

  test('two readers at once do not mix their parts up, and leave nothing behind', async () => {
    const { runner, target, rows, scratch } = await published(bySql());
    const number = (n: number) =>
      defineTask({ name: `number-${n}`, output: table({ n: 'integer' }), job: sql`SELECT ${n} AS n` });
    const numbers = [1, 2, 3, 4].map(number);
    const project = projectOf(numbers, { target });
    await project.run(numbers.map((each) => each()));
    const read = await Promise.all(
      numbers.map(async (each) => {
        const { parts, output } = await project.manifest(each());
        const lines: string[] = [];
        for await (const some of runner.readRows?.(target, parts, output, { orderBy: [], as: 'tsv' }) ?? [])
          lines.push(...some);
        return lines;
      }),
    );
    expect(read).toEqual([['1'], ['2'], ['3'], ['4']]);
    await rows({ orderBy: [], as: 'tsv' });
    const [own = ''] = readdirSync(scratch);
    expect(readdirSync(`${scratch}/${own}`).filter((name) => !name.startsWith('spill-'))).toEqual([]);
    await runner.close?.();
    expect(readdirSync(scratch)).toEqual([]);
  });

  test('a reader that stops early lets go', async () => {
    const many = defineTask({
      name: 'many',
      output: table({ n: 'bigint' }),
      job: sql`SELECT i AS n FROM range(100000) t(i)`,
    });
    const { runner, target, manifest, scratch } = await published(many());
    for await (const some of runner.readRows?.(target, manifest.parts, manifest.output, {
      orderBy: ['n'],
      as: 'tsv',
    }) ?? []) {
      expect(some[0]).toBe('0');
      break;
    }
    const [own = ''] = readdirSync(scratch);
    expect(readdirSync(`${scratch}/${own}`).filter((name) => !name.startsWith('spill-'))).toEqual([]);
  });

  test('a part that is damaged is refused by its size', async () => {
    const { rows, manifest } = await published(bySql());
    const [part] = manifest.parts as readonly [Part];
    await expect(
      rows({ orderBy: [], as: 'tsv' }, [{ ...part, bytes: part.bytes + 1 }]),
    ).rejects.toMatchObject({
      code: 'part-damaged',
    });
  });
});
