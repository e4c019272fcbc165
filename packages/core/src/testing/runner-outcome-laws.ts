import { sha256 } from '../digest.ts';
import type { JobKind } from '../job.ts';
import type { Outcome, Work } from '../runner.ts';
import { bytesIn, digestOf } from './law-bytes.ts';
import type { Expect, Law } from './law.ts';
import { declarationOf } from '../code-digest.ts';
import { table } from '../schema.ts';
import { allCounted, runnerFixtures } from './runner-fixtures.ts';
import type { Offered } from './runner-laws.ts';
import { counted, sqlControlled } from './runner-law-tasks.ts';
import { runnerSamples } from './runner-samples.ts';
import type { RunnerSubject } from './runner-subject.ts';

export type Staged = Outcome & { readonly kind: 'staged' };

/** The outcome as a staged one; any other is shown. */
export function stagedOf(outcome: Outcome | undefined, expect: Expect): Staged {
  expect(outcome?.kind === 'staged' ? 'staged' : outcome).toEqual('staged');
  return outcome as Staged;
}

export const generalLaws: readonly Law<RunnerSubject>[] = [
  {
    name: 'it takes the kinds of jobs, and offers what else, it is said to',
    check: async ({ runner, options }, expect) => {
      expect([...runner.kinds].sort()).toEqual([...options.kinds].sort());
      const offered = (['readRows', 'fingerprint'] as const).filter((each) => runner[each] !== undefined);
      expect([...offered].sort()).toEqual([...(options.offers ?? [])].sort());
      expect(/^[a-z][a-z0-9-]*$/.test(runner.name)).toEqual(true);
    },
  },
];

/** The laws of what comes of a Work, for every kind of job. */
export function outcomeLaws(kind: JobKind): readonly Law<RunnerSubject>[] {
  const { quick, failing, failure } = runnerSamples[kind];
  return [
    {
      name: `${kind}: what is staged has parts with their bytes, rows and digests`,
      check: async (subject, expect) => {
        const work = await subject.work(quick());
        const [outcome] = await subject.run([work]);
        const { parts, rows, runner, fingerprint } = stagedOf(outcome, expect);
        expect(parts.length > 0).toEqual(true);
        const files = await subject.files();
        for (const part of parts) {
          expect(part.path.startsWith(work.stage.path)).toEqual(true);
          const bytes = await bytesIn(subject.target.read(part));
          expect([part.bytes, part.sha256]).toEqual([bytes.length, sha256(bytes)]);
          expect(files.get(part.path)).toEqual(part.sha256);
          const [file] = await work.stage.sync([part.path.slice(work.stage.path.length)]);
          expect(part.tag).toEqual(file?.tag);
        }
        expect(parts.reduce((sum, part) => sum + part.rows, 0)).toEqual(rows);
        expect(runner['name']).toEqual(subject.runner.name);
        expect(/^[0-9a-f]{64}$/.test(fingerprint)).toEqual(true);
      },
    },
    {
      name: `${kind}: nothing is written but in the stage, and nothing is published or removed`,
      check: async (subject, expect) => {
        const works = [await subject.work(quick()), await subject.work(failing())];
        const before = await subject.files();
        await subject.run(works);
        const after = await subject.files();
        const changed = [...after].filter(([path, digest]) => before.get(path) !== digest);
        const outside = changed.filter(([path]) => !works.some(({ stage }) => path.startsWith(stage.path)));
        expect(outside.map(([path]) => path)).toEqual([]);
        expect([...before.keys()].filter((path) => !after.has(path))).toEqual([]);
        expect(subject.trespasses).toEqual([]);
      },
    },
    {
      name: `${kind}: the same attempt a second time is harmless, and comes to the same`,
      check: async (subject, expect) => {
        const work = await subject.work(quick());
        const [first] = await subject.run([work]);
        const [second] = await subject.run([work]);
        expect(stagedOf(second, expect).fingerprint).toEqual(stagedOf(first, expect).fingerprint);
        for (const part of stagedOf(second, expect).parts)
          expect(digestOf(await bytesIn(subject.target.read(part)))).toEqual(
            `${part.bytes} bytes ${part.sha256}`,
          );
      },
    },
    {
      name: `${kind}: each work of a batch has one outcome, whatever becomes of the others`,
      check: async (subject, expect) => {
        const batch: Work[] = [];
        for (const task of [quick(), failing(), quick()]) batch.push(await subject.work(task));
        const told = new Set<string>();
        const outcomes = await subject.run(batch, { progress: ({ attempt }) => told.add(attempt) });
        const ends = outcomes.map(({ attempt, kind: end }) => `${attempt} ${end}`).sort();
        const expected = ['staged', 'failed', 'staged'].map(
          (end, index) => `${batch[index]?.attempt} ${end}`,
        );
        expect(ends).toEqual(expected.sort());
        expect([...told].filter((attempt) => !batch.some((work) => work.attempt === attempt))).toEqual([]);
        expect(await subject.run([])).toEqual([]);
      },
    },
    {
      name: `${kind}: a job that fails is its task’s fault, and says why`,
      check: async (subject, expect) => {
        const outcome = await subject.end(failing());
        expect(outcome.kind === 'failed' ? outcome.fault : outcome).toEqual('task');
        if (outcome.kind !== 'failed') return;
        expect(outcome.error.code).toEqual(failure.code);
        expect(failure.says.test(outcome.error.message)).toEqual(true);
      },
    },
  ];
}

const countedDeclaration = declarationOf(table(runnerFixtures['few-counted'].columns));

/** The laws of what a runner may offer. */
export const offeredLaws: Readonly<Record<Offered, readonly Law<RunnerSubject>[]>> = {
  fingerprint: [
    {
      name: 'the fingerprint of parts is that of their rows, in however many parts',
      check: async (subject, expect) => {
        const { runner, target } = subject;
        const inputs = { [counted().id]: ['few-counted', 'bad-counted'] } as const;
        const [input] = (await subject.work(sqlControlled(), { inputs })).inputs;
        const parts = input?.parts ?? [];
        const of = async (asked: typeof parts): Promise<string | undefined> =>
          await runner.fingerprint?.(target, asked, countedDeclaration);
        expect(await of(parts.slice(0, 1))).toEqual(runnerFixtures['few-counted'].fingerprint);
        expect(await of(parts.slice(1))).toEqual(runnerFixtures['bad-counted'].fingerprint);
        expect(await of(parts)).toEqual(allCounted.fingerprint);
        expect(await of(parts.toReversed())).toEqual(allCounted.fingerprint);
      },
    },
  ],
  readRows: [
    {
      name: 'rows are read in the order asked for, as many as asked for, as TSV or JSON',
      check: async ({ runner, target, work }, expect) => {
        const given = { [counted().id]: ['few-counted'] } as const;
        const [parts = []] = (await work(sqlControlled(), { inputs: given })).inputs.map(
          (each) => each.parts,
        );
        const read = async (
          orderBy: readonly string[],
          as: 'tsv' | 'json',
          limit?: number,
        ): Promise<unknown> => {
          const lines: string[] = [];
          const options = { orderBy, as, ...(limit === undefined ? {} : { limit }) };
          for await (const chunk of runner.readRows?.(target, parts, countedDeclaration, options) ?? [])
            lines.push(...chunk);
          return lines;
        };
        expect(await read(['amount'], 'tsv')).toEqual(['3\tcafé\t0.01', '1\ttea\t1.50', '2\ttea\t2.25']);
        expect(await read(['n'], 'json', 2)).toEqual(['["1","tea","1.50"]', '["2","tea","2.25"]']);
      },
    },
  ],
};
