import type { Target, Values, Work } from '@daybook/core';
import { tasksOf } from '@daybook/core';
import { pathInTarget } from './hadoop-path.ts';

/**
 * What a program of the user's own is told of its inputs: the JSON document that `--daybook-inputs` names. Every part is the
 * text of a Hadoop path, as `spark.read.parquet` takes it; it reads these files and no others.
 */
export interface ProgramInputs {
  readonly format: 1;
  readonly task: string;
  /** The task's own parameters; one that was left out is not there. */
  readonly parameters: Values;
  /** The tasks of each input, in order. */
  readonly inputs: Readonly<Record<string, readonly ProgramInput[]>>;
}

/** One task of an input. Its parameters are not columns of its parts. */
export interface ProgramInput {
  readonly task: string;
  readonly parameters: Values;
  readonly parts: readonly string[];
}

/** The document for the program of a `spark` job. */
export function programInputs(work: Work, target: Pick<Target, 'name'>): ProgramInputs {
  const { task } = work;
  const pinned = new Map(work.inputs.map((input) => [`${input.input} ${input.task}`, input.parts]));
  const inputs = Object.entries(work.declared).map(([name, input]): [string, readonly ProgramInput[]] => [
    name,
    tasksOf(input).map(({ id, values }) => ({
      task: id,
      parameters: values,
      parts: (pinned.get(`${name} ${id}`) ?? []).map(({ path }) => pathInTarget(target, path)),
    })),
  ]);
  return { format: 1, task: task.id, parameters: task.values, inputs: Object.fromEntries(inputs) };
}
