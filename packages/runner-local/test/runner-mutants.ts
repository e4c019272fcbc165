import type { Part, Work } from '@daybook/core';
import { attemptToken, tasksOf } from '@daybook/core';
import type { RunnerMutant } from './runner-mutant.ts';
import { each, leftRunning, withOutcome, withStaged, withWork } from './runner-mutant.ts';

const every = ['load', 'sql', 'code'];
const tables = ['sql', 'code'];

export const runnerMutants: readonly RunnerMutant[] = [
  {
    defect: 'it takes a kind of job less than it is said to',
    breaks: ['it takes the kinds of jobs, and offers what else, it is said to'],
    mutate: (sound) => ({ ...sound, kinds: ['sql', 'code'] }),
  },
  {
    defect: 'the sizes of parts are guessed',
    breaks: each(every, 'what is staged has parts with their bytes, rows and digests'),
    mutate: withStaged((staged) => ({ ...staged, parts: changed(staged.parts, { bytes: 1 }) })),
  },
  {
    defect: 'the digests of parts are those of nothing',
    breaks: each(every, 'what is staged has parts with their bytes, rows and digests'),
    mutate: withStaged((staged) => ({ ...staged, parts: changed(staged.parts, { sha256: '0'.repeat(64) }) })),
  },
  {
    defect: 'parts have tags that the target did not give',
    breaks: each(every, 'what is staged has parts with their bytes, rows and digests'),
    mutate: withStaged((staged) => ({ ...staged, parts: changed(staged.parts, { tag: 'made up' }) })),
  },
  {
    defect: 'rows are counted one too many',
    breaks: each(every, 'what is staged has parts with their bytes, rows and digests'),
    mutate: withStaged((staged) => ({ ...staged, rows: staged.rows + 1 })),
  },
  {
    defect: 'something is written into another attempt',
    breaks: each(every, 'nothing is written but in the stage, and nothing is published or removed'),
    mutate: withOutcome(async (outcome, { task }, { target }) => {
      await target.stage(task.id, attemptToken(9, '9'.repeat(32))).write('note', bytes('mine'));
      return outcome;
    }),
  },
  {
    defect: 'it publishes by itself',
    breaks: each(every, 'nothing is written but in the stage, and nothing is published or removed'),
    mutate: withOutcome(async (outcome, { task }, { target }) => {
      await target.createManifest(task.id, 1, Buffer.from('{}'));
      return outcome;
    }),
  },
  {
    defect: 'an attempt can be tried only once',
    breaks: each(every, 'the same attempt a second time is harmless, and comes to the same'),
    mutate: (sound) => {
      const tried = new Set<string>();
      const second = withOutcome((outcome, { attempt }) => {
        if (tried.has(attempt))
          return { attempt, kind: 'crashed', error: { code: 'bug', message: 'Again?' } };
        tried.add(attempt);
        return outcome;
      });
      return second(sound);
    },
  },
  {
    defect: 'a batch ends with its first failure',
    breaks: each(every, 'each work of a batch has one outcome, whatever becomes of the others'),
    mutate: (sound) => ({
      ...sound,
      async *run(batch, context) {
        for await (const outcome of sound.run(batch, context)) {
          yield outcome;
          if (outcome.kind === 'failed') return;
        }
      },
    }),
  },
  {
    defect: 'every outcome is told twice',
    breaks: each(every, 'each work of a batch has one outcome, whatever becomes of the others'),
    mutate: (sound) => ({
      ...sound,
      async *run(batch, context) {
        for await (const outcome of sound.run(batch, context)) yield* [outcome, outcome];
      },
    }),
  },
  {
    defect: 'whatever fails is the fault of the infrastructure',
    breaks: each(every, 'a job that fails is its task’s fault, and says why'),
    mutate: withOutcome((outcome) =>
      outcome.kind === 'failed' ? { ...outcome, fault: 'infrastructure' } : outcome,
    ),
  },
  {
    defect: 'whatever fails is the fault of the task',
    breaks: [
      'load: a source that has nothing yet is waited for, and one that does not answer is no task’s fault',
    ],
    mutate: withOutcome((outcome) => (outcome.kind === 'failed' ? { ...outcome, fault: 'task' } : outcome)),
  },
  {
    defect: 'why something failed is not told',
    breaks: [
      ...each(every, 'a job that fails is its task’s fault, and says why'),
      'load: a row that is refused fails the work, with its line',
    ],
    mutate: withOutcome((outcome) =>
      outcome.kind === 'failed'
        ? { ...outcome, error: { ...outcome.error, message: 'It failed.' } }
        : outcome,
    ),
  },
  {
    defect: 'what was cancelled has failed',
    breaks: [
      ...each(every, 'an abort ends the work, and nothing of it goes on'),
      ...each(every, 'work that is aborted before it begins is cancelled, and leaves nothing behind'),
    ],
    mutate: withOutcome((outcome, { attempt }) =>
      outcome.kind === 'cancelled'
        ? { attempt, kind: 'failed', fault: 'task', error: { code: 'job-failed', message: 'Aborted.' } }
        : outcome,
    ),
  },
  {
    defect: 'a job goes on when its work is cancelled',
    breaks: each(['load', 'code'], 'an abort ends the work, and nothing of it goes on'),
    mutate: leftRunning('cancelled'),
  },
  {
    defect: 'what is aborted already is run all the same',
    breaks: each(every, 'work that is aborted before it begins is cancelled, and leaves nothing behind'),
    mutate: withWork((work) =>
      work.signal.aborted ? { ...work, signal: new AbortController().signal } : work,
    ),
  },
  {
    defect: 'what took too long was cancelled',
    breaks: each(every, 'a time limit ends the work, and nothing of it goes on'),
    mutate: withOutcome((outcome, { attempt }) =>
      outcome.kind === 'timed-out' ? { attempt, kind: 'cancelled' } : outcome,
    ),
  },
  {
    defect: 'a job goes on when its time is over',
    breaks: each(['load', 'code'], 'a time limit ends the work, and nothing of it goes on'),
    mutate: leftRunning('timed-out'),
  },
  {
    defect: 'the fingerprint is of its own making',
    breaks: [
      ...each(tables, 'every type comes out as it went in, to the ends of its range'),
      ...each(tables, 'a table without rows keeps its columns'),
      'load: the fingerprint is of the bytes that were brought and of what turns them into rows',
      'code: named files are staged under their names, with a fingerprint of names and contents',
    ],
    mutate: withStaged((staged) => ({ ...staged, fingerprint: staged.fingerprint.replaceAll('a', 'b') })),
  },
  {
    defect: 'of each input the first part is read',
    breaks: each(tables, 'the parts of an input are one table'),
    mutate: withWork((work) => ({
      ...work,
      inputs: work.inputs.map((input) => ({ ...input, parts: input.parts.slice(0, 1) })),
    })),
  },
  {
    defect: 'the members of a list are taken for each other',
    breaks: each(tables, 'a list is one table with the parameters of each member as columns'),
    mutate: withWork((work) => {
      const parts = work.inputs.map((input) => input.parts).toReversed();
      const swap = Object.values(work.declared).some((input) => input.kind === 'list');
      if (!swap) return work;
      return {
        ...work,
        inputs: work.inputs.map((input, index) => ({ ...input, parts: parts[index] ?? [] })),
      };
    }),
  },
  {
    defect: 'a list of nothing cannot be read',
    breaks: each(tables, 'a list of nothing is an empty table with its columns'),
    mutate: withOutcome((outcome, { attempt, declared }) =>
      Object.values(declared).some((input) => tasksOf(input).length === 0)
        ? { attempt, kind: 'failed', fault: 'task', error: { code: 'sql-failed', message: 'No files.' } }
        : outcome,
    ),
  },
  {
    defect: 'an output other than declared is the job’s failure',
    breaks: each(tables, 'an output that is not what its task declares fails'),
    mutate: withOutcome((outcome) =>
      outcome.kind === 'failed' ? { ...outcome, error: { ...outcome.error, code: 'job-failed' } } : outcome,
    ),
  },
  {
    defect: 'a damaged input ends the whole batch',
    breaks: each(tables, 'an input that is damaged fails its work alone'),
    mutate: withOutcome((outcome) => {
      if (outcome.kind === 'failed' && outcome.error.code === 'part-damaged')
        throw new Error(outcome.error.message);
      return outcome;
    }),
  },
  {
    defect: 'controls that hold are not told',
    breaks: [
      ...each(tables, 'controls that hold are told in their order, each with its figures'),
      'load: what was brought is parsed, controlled and staged, and its source is told',
    ],
    mutate: withStaged((staged) => ({ ...staged, controls: [] })),
  },
  {
    defect: 'controls that hold have no figures',
    breaks: each(tables, 'controls that hold are told in their order, each with its figures'),
    mutate: withStaged((staged) => ({
      ...staged,
      controls: staged.controls.map((control) => ({ ...control, figures: {} })),
    })),
  },
  {
    defect: 'a control that does not hold names no offender',
    breaks: each(tables, 'a control that does not hold blocks, with figures and up to ten offenders'),
    mutate: withOutcome((outcome) =>
      outcome.kind === 'blocked'
        ? { ...outcome, controls: outcome.controls.map((control) => ({ ...control, offenders: [] })) }
        : outcome,
    ),
  },
  {
    defect: 'every control is said to hold',
    breaks: [
      ...each(tables, 'a control that does not hold blocks, with figures and up to ten offenders'),
      'load: a gap in the sequence blocks, in the order of the source',
    ],
    mutate: withOutcome((outcome) =>
      outcome.kind === 'blocked'
        ? { ...outcome, controls: outcome.controls.map((control) => ({ ...control, held: true })) }
        : outcome,
    ),
  },
  {
    defect: 'backslashes in parameters are lost',
    breaks: ['sql: parameters are values, whatever is in them'],
    mutate: withWork((work) => withText(work, (text) => text.replaceAll('\\', ''))),
  },
  {
    defect: 'folders in the names of files are lost',
    breaks: ['code: named files are staged under their names, with a fingerprint of names and contents'],
    mutate: withStaged((staged) => ({
      ...staged,
      parts: staged.parts.map((part) => ({ ...part, path: part.path.replace('deep/', '') })),
    })),
  },
  {
    defect: 'TSV is in the order of the declaration, whatever is asked for',
    breaks: ['code: an input is read as TSV in the order asked for, and batch by batch'],
    mutate: withWork(withoutOrder),
  },
  {
    defect: 'all rows are read, however many are asked for',
    breaks: ['rows are read in the order asked for, as many as asked for, as TSV or JSON'],
    mutate: (sound) => ({
      ...sound,
      readRows: (target, parts, columns, { orderBy, as }) =>
        sound.readRows?.(target, parts, columns, { orderBy, as }) ?? nothing(),
    }),
  },
  {
    defect: 'the fingerprint of parts is that of the first',
    breaks: ['the fingerprint of parts is that of their rows, in however many parts'],
    mutate: (sound) => ({
      ...sound,
      fingerprint: async (target, parts, columns) =>
        (await sound.fingerprint?.(target, parts.slice(0, 1), columns)) ?? '',
    }),
  },
  {
    defect: 'the current version is not looked at',
    breaks: ['load: the same bytes as the current version has are not staged again'],
    mutate: withWork((work) => {
      const { current: _, ...blind } = work;
      return blind;
    }),
  },
  {
    defect: 'a source is shown what other code recorded',
    breaks: ['load: a source is shown what the current version recorded only if the code is the same'],
    mutate: withWork((work) =>
      work.current === undefined
        ? work
        : { ...work, current: { ...work.current, codeDigest: work.codeDigest } },
    ),
  },
];

function changed(parts: readonly Part[], change: Partial<Part>): readonly Part[] {
  return parts.map((part) => ({ ...part, ...change }));
}

function withText(work: Work, change: (text: string) => string): Work {
  const { text } = work.task.values;
  if (typeof text !== 'string') return work;
  return { ...work, task: { ...work.task, values: { ...work.task.values, text: change(text) } } };
}

function withoutOrder(work: Work): Work {
  const { job } = work;
  if (job.kind !== 'code') return work;
  return {
    ...work,
    job: {
      ...job,
      run: async (context) => {
        const { inputs } = context as { readonly inputs: Readonly<Record<string, Readable>> };
        const unordered = Object.entries(inputs).map(([name, input]) => {
          const tsv: Readable['tsv'] = (options) => {
            const { orderBy: _, ...others } = options ?? {};
            return input.tsv(others);
          };
          return [name, { ...input, tsv }] as const;
        });
        return await job.run({ ...(context as object), inputs: Object.fromEntries(unordered) } as never);
      },
    },
  };
}

interface Readable {
  tsv(options?: { readonly orderBy?: readonly string[] }): AsyncIterable<string>;
}

async function* bytes(text: string): AsyncIterable<Uint8Array> {
  yield new TextEncoder().encode(text);
}

async function* nothing(): AsyncIterable<never> {}
