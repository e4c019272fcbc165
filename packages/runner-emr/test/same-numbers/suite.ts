import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Job, Outcome, Work } from '@daybook/core';
import { sha256 } from '@daybook/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { onSpark } from '../../../emr-local/test/on-spark.ts';
import type { SparkKind } from '../../../emr-local/test/spark/spark-kinds.ts';
import type { Plan, PlannedWork } from '../../src/submission/plan.ts';
import { difference } from './compare.ts';
import { t, u, x, z } from './fixtures.ts';
import { ledgerWorks } from './ledgers.ts';
import { bothTasks, definitions, endless, failing } from './outcomes.ts';
import type { Home, Placed, Recorded } from './recorded.ts';
import { again, openHome } from './recorded.ts';
import type { Submission } from './submit.ts';
import { submit } from './submit.ts';
import { statements, subsetTasks } from './subset.ts';

const patience = 900_000;
// More of them: main.ts.
const seeds = [1];
const isOf = (work: Work, name: string): boolean => work.task.name.startsWith(name);

/**
 * That the allowed SQL, controls, failures and the accounts over books of a seed come to the same on these Sparks as at home. Everything
 * that is asked of a Spark is asked in one submission: it takes longer to start than to do all this.
 */
export function sameNumbersOn(kinds: readonly SparkKind[]): void {
  let home: Home;
  let homes: readonly Home[] = [];
  let subset: readonly Recorded[];
  let both: readonly Recorded[];
  let ledgers: readonly Recorded[];

  beforeAll(async () => {
    home = openHome();
    const tasks = await subsetTasks();
    const cases = [t, u, x, z, ...tasks];
    subset = (
      await home.make(
        cases,
        tasks.map((each) => each()),
      )
    ).filter(({ work }) => isOf(work, 'subset-'));
    const names = bothTasks.map(({ name }) => name);
    both = (await home.make([t, u, z, ...definitions], bothTasks)).filter(({ work }) =>
      names.includes(work.task.name),
    );
    homes = seeds.map(() => openHome());
    const made = await Promise.all(homes.map((each, index) => ledgerWorks(each, seeds[index] ?? 0)));
    ledgers = made.flat();
  }, patience);

  afterAll(async () => await Promise.all([home, ...homes].map((each) => each.remove())));

  onSpark((kind) => {
    let done: Submission;
    let repeated: ReadonlyMap<Recorded, Placed>;
    const asked = (): Recorded =>
      both.find(({ work }) => work.task.name === 'held-controls') ??
      expect.fail('There is no work that holds.');
    const special: Record<string, Placed> = {};
    const workOf = (name: string): Work => special[name]?.work ?? expect.fail(`There is no work ${name}.`);

    beforeAll(async () => {
      repeated = new Map([...subset, ...both, ...ledgers].map((each) => [each, again(each)]));
      Object.assign(special, specialWorks());
      done = await submit(kind, [...Object.values(special), ...repeated.values()], {
        folder: join(home.folder, 'submissions'),
        changePlan: prepared,
        // One of the two without an end is given a second, and then the other is cancelled.
        meanwhile: async () => await cancelOnceTimedOut(),
      });
      process.stderr.write(
        `\n${repeated.size + Object.keys(special).length} works on Spark ${kind.version}: ${done.seconds} s\n`,
      );
    }, patience);

    /** Works that the local runner cannot be asked, or not so. */
    function specialWorks(): Record<string, Placed> {
      const task = (which: string) => endless({ which });
      const long = (which: string, change: Partial<Work> = {}): Placed => {
        const { definition } = task(which);
        const declared = definition.inputsOf({ which });
        return again(asked(), { task: task(which), job: definition.job as Job, declared, ...change });
      };
      const ofProgram = (): Placed => again(asked(), { job: { kind: 'spark' } as unknown as Job });
      const damaged = (bytes: number, path?: string): Placed =>
        again(asked(), {
          inputs: asked().work.inputs.map((input) => ({
            ...input,
            parts: input.parts.map((part) => ({
              ...part,
              bytes: part.bytes + bytes,
              path: path ?? part.path,
            })),
          })),
        });
      return {
        'takes too long': long('takes-too-long', { timeoutMs: 1000 }),
        'is cancelled as it runs': long('is-cancelled'),
        'was cancelled before': long('was-cancelled'),
        'was done before': again(asked()),
        'reads a part of another size': damaged(1),
        'reads a part that is gone': damaged(0, 't/attempts/-/gone.parquet'),
        'reads a part of other bytes': damaged(0, 't/garbled.parquet'),
        'reads from nowhere': again(asked()),
        'was written by a program': ofProgram(),
        'was written otherwise': ofProgram(),
        'was not written': ofProgram(),
        'is divided': again(asked()),
      };
    }

    /** Lays out what is there before the application begins. */
    function prepared(plan: Plan): Plan {
      const folder = (name: string): string => fileURLToPath(workOf(name).stage.uri);
      for (const name of ['was cancelled before', 'was done before', 'is cancelled as it runs'])
        mkdirSync(folder(name), { recursive: true });
      writeFileSync(join(folder('was cancelled before'), 'cancel'), '');
      writeFileSync(join(folder('was done before'), 'result.json'), 'as it was');
      // A part of the local runner stands for what a program of the user's own writes.
      const local = both.find(({ work }) => work.task.name === 'held-controls')?.local;
      const other = both.find(({ work }) => work.task.name === 'odd-texts')?.local;
      for (const [name, outcome] of [
        ['was written by a program', local],
        ['was written otherwise', other],
      ] as const) {
        const below = join(folder(name), plan.submission, 'deep');
        mkdirSync(below, { recursive: true });
        copyFileSync(partOf(outcome), join(below, 'part-x.parquet'));
        writeFileSync(join(folder(name), plan.submission, '_SUCCESS'), '');
      }
      const [read] = asked().work.inputs[0]?.parts ?? [];
      const garbled = fileURLToPath(new URL('t/garbled.parquet', home.target.name));
      writeFileSync(garbled, Buffer.alloc(read?.bytes ?? 0, 'PAR1'));
      const at = (work: PlannedWork, name: string): boolean => work.stage.endsWith(workOf(name).stage.path);
      return {
        ...plan,
        works: plan.works.map((work, index) => {
          if (at(work, 'reads from nowhere'))
            return JSON.parse(
              JSON.stringify(work).replaceAll('"uri":"file:', '"uri":"nowhere:'),
            ) as PlannedWork;
          return at(work, 'is divided') || index % 7 === 0 ? { ...work, little: false } : work;
        }),
      };
    }

    function partOf(outcome: Outcome | undefined): string {
      const [part] = outcome?.kind === 'staged' ? outcome.parts : [];
      return fileURLToPath(new URL(part?.path ?? '', home.target.name));
    }

    async function cancelOnceTimedOut(): Promise<void> {
      const result = join(fileURLToPath(workOf('takes too long').stage.uri), 'result.json');
      const until = Date.now() + patience / 2;
      while (!existsSync(result) && Date.now() < until)
        await new Promise((resolve) => setTimeout(resolve, 200));
      writeFileSync(join(fileURLToPath(workOf('is cancelled as it runs').stage.uri), 'cancel'), 'please');
    }

    const outcomeOn = async (recorded: Recorded): Promise<Outcome> => {
      const { work } = repeated.get(recorded) ?? expect.fail('It was not run.');
      return await done.outcome(work);
    };

    const expectSame = async (recorded: Recorded): Promise<void> =>
      expect(await difference(recorded, await outcomeOn(recorded))).toBe(undefined);

    test('the application ends well when every work has a result', () => {
      expect(done.exitCode, done.lastWords).toBe(0);
    });

    test.each(statements.map((statement, index) => [index + 1, statement] as const))(
      '%i %s',
      async (number) => {
        const recorded = subset.find(({ work }) => work.task.name === `subset-${number}`);
        expect(recorded?.local.kind).toBe('staged');
        if (recorded !== undefined) await expectSame(recorded);
      },
    );

    test('every table of the accounts over books of a seed is the same', async () => {
      expect(ledgers.length).toBe(23 * seeds.length);
      for (const recorded of ledgers) await expectSame(recorded);
    });

    test('controls that fail are told with the same figures and offenders, and so are those that hold', async () => {
      const [broken, ...others] = both.filter(({ local }) => local.kind === 'blocked');
      if (broken?.local.kind !== 'blocked' || others.length > 0) return expect.fail('One work is blocked.');
      expect(await outcomeOn(broken)).toMatchObject({ kind: 'blocked', controls: broken.local.controls });
      expect(broken.local.controls.map(({ held }) => held)).toContain(true);
    });

    test.each(['listed/whole=true', 'listed/whole=false', 'odd-texts', 'held-controls'])(
      '%s is the same',
      async (id) => {
        const recorded = both.find(({ work }) => work.task.id === id);
        expect(recorded?.local.kind).toBe('staged');
        if (recorded !== undefined) await expectSame(recorded);
      },
    );

    test.each([
      ...Object.entries(failing).map(([name, [code]]) => [name, code] as const),
      ['other-scale', 'output-invalid'] as const,
    ])('%s is the task’s own fault, %s', async (name, code) => {
      const recorded = both.find(({ work }) => work.task.name === name);
      expect(recorded?.local).toMatchObject({ kind: 'failed', fault: 'task', error: { code } });
      const outcome = recorded === undefined ? undefined : await outcomeOn(recorded);
      expect(outcome).toMatchObject({ kind: 'failed', fault: 'task', error: { code } });
      if (outcome?.kind === 'failed') {
        expect(outcome.error.message).toContain(name);
        expect(outcome.error.message).not.toMatch(/\n|Job aborted|spark\.sql\.ansi/);
      }
    });

    test('what is not as declared is told in the words of the local runner', async () => {
      const message = async (name: string): Promise<string> => {
        const recorded =
          both.find(({ work }) => work.task.name === name) ?? expect.fail(`There is no ${name}.`);
        const result = done.result(repeated.get(recorded)?.work ?? expect.fail('It was not run.'));
        return result.outcome === 'failed' ? result.message : result.outcome;
      };
      expect(await message('other-columns')).toBe(
        'The output of other-columns is not what it declares: m is not declared; s is not declared.',
      );
      expect(await message('missing-column')).toBe(
        'The output of missing-column is not what it declares: n is missing; id is not declared.',
      );
      expect(await message('other-kind')).toBe(
        'The output of other-kind is not what it declares: n is STRING and is declared BIGINT; write CAST(… AS BIGINT) AS n.',
      );
    });

    describe('a work that', () => {
      const resultOf = (name: string) => done.result(workOf(name));

      test('takes too long is timed out, and one that is cancelled is cancelled', () => {
        expect(resultOf('takes too long').outcome).toBe('timed-out');
        expect(resultOf('is cancelled as it runs').outcome).toBe('cancelled');
        expect(resultOf('was cancelled before').outcome).toBe('cancelled');
      });

      test('was done before is left alone', () => {
        const folder = fileURLToPath(workOf('was done before').stage.uri);
        expect(readFileSync(join(folder, 'result.json'), 'utf8')).toBe('as it was');
      });

      test('reads a part that is damaged fails, and the part is named', () => {
        expect(resultOf('reads a part of another size')).toMatchObject({
          fault: 'task',
          code: 'part-damaged',
          message: expect.stringMatching(
            /^The part file:.*\.parquet has \d+ bytes instead of \d+: restore it/,
          ),
        });
        expect(resultOf('reads a part that is gone')).toMatchObject({
          fault: 'task',
          code: 'part-damaged',
          message: expect.stringContaining('gone.parquet is not there'),
        });
        expect(resultOf('reads a part of other bytes')).toMatchObject({
          fault: 'task',
          code: 'part-damaged',
          message: expect.stringContaining('garbled.parquet is not a Parquet file'),
        });
      });

      test('finds its files out of reach fails as the infrastructure’s fault', () => {
        expect(resultOf('reads from nowhere')).toMatchObject({
          fault: 'infrastructure',
          code: 'target-failed',
        });
      });

      test('was written by a program is measured as one that was not', async () => {
        const outcome = await done.outcome(workOf('was written by a program'));
        const local = both.find(({ work }) => work.task.name === 'held-controls')?.local;
        if (outcome.kind !== 'staged' || local?.kind !== 'staged')
          return expect.fail(JSON.stringify(outcome));
        expect(outcome.fingerprint).toBe(local.fingerprint);
        expect(outcome.controls).toEqual(local.controls);
        const [part] = outcome.parts;
        expect(part?.path).toMatch(/\/[0-9a-f]{32}\/deep\/part-x\.parquet$/);
        expect(part).toMatchObject({
          rows: 12,
          sha256: local.parts[0]?.sha256,
          bytes: local.parts[0]?.bytes,
        });
      });

      test('was written with other columns, or not at all, fails', () => {
        expect(resultOf('was written otherwise')).toMatchObject({ fault: 'task', code: 'output-invalid' });
        expect(resultOf('was not written')).toMatchObject({
          fault: 'task',
          code: 'output-invalid',
          message: expect.stringContaining('wrote no Parquet'),
        });
      });

      test('is divided among processors has the same rows, in parts that are digested', async () => {
        const outcome = await done.outcome(workOf('is divided'));
        const local = both.find(({ work }) => work.task.name === 'held-controls')?.local;
        if (outcome.kind !== 'staged' || local?.kind !== 'staged')
          return expect.fail(JSON.stringify(outcome));
        expect(outcome.fingerprint).toBe(local.fingerprint);
        expect(outcome.parts.length).toBe(1);
        for (const part of outcome.parts)
          expect(sha256(readFileSync(new URL(part.path, home.target.name)))).toBe(part.sha256);
      });
    });
  }, kinds);
}
