import type { Part, Work } from '@daybook/core';
import { codeDigestOf, sha256, tasksOf } from '@daybook/core';
import type { Task } from '@daybook/core';

/** A work for a task whose inputs have the parts given by the ids of their tasks, in a bucket. */
export function workFor(
  task: Task,
  parts: Readonly<Record<string, readonly Part[]>> = {},
  change: Partial<Work> = {},
): Work {
  const declared = task.definition.inputsOf(task.values);
  const path = `${task.name}/attempts/-/00000001-${'a'.repeat(32)}/`;
  return {
    task,
    attempt: `00000001-${'a'.repeat(32)}`,
    job: task.definition.job as Work['job'],
    declared,
    inputs: Object.entries(declared).flatMap(([input, each]) =>
      tasksOf(each).map(({ id }) => ({
        input,
        task: id,
        version: 1,
        fingerprint: sha256(id),
        parts: parts[id] ?? [],
      })),
    ),
    stage: {
      uri: `s3://books/${path}`,
      path,
      write: async () => await Promise.reject(new Error('Nothing is written here.')),
      sync: async () => [],
    },
    codeDigest: codeDigestOf(task.definition),
    signal: new AbortController().signal,
    ...change,
  };
}

export function part(path: string, bytes: number): Part {
  return { path, bytes, rows: 1, sha256: sha256(path) };
}
