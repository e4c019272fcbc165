import type { Check, Control } from './control.ts';
import { canonicalJson, sha256 } from './digest.ts';
import type { Job, SparkJob } from './job.ts';
import type { Output } from './schema.ts';
import type { SparkFile } from './spark-file.ts';
import { isSqlText, sqlTemplate } from './sql/statement.ts';
import type { TaskDefinition } from './task.ts';

/** An output's declaration as it is recorded and compared: what it is and, for a table, its columns in order. */
export type Declaration =
  | { readonly kind: 'files' }
  | { readonly kind: 'table'; readonly columns: readonly (readonly [string, string])[] };

export function declarationOf(output: Output): Declaration {
  if (output.kind === 'files') return { kind: 'files' };
  return { kind: 'table', columns: Object.entries(output.columns) };
}

/**
 * The digest by which a task becomes `code-changed`: of its job (the text of its SQL; the version that the author of a
 * function gave; the files of a Spark program), its output's declaration and its controls. The text of a function is never part of it, because a
 * type-stripped source and a build of it differ.
 */
export function codeDigestOf(definition: TaskDefinition): string {
  const { job, output, controls } = definition;
  return sha256(
    canonicalJson({
      job: job === undefined ? null : jobFacts(job),
      output: output === undefined ? null : declarationOf(output),
      controls: controls.map(controlFacts),
    }),
  );
}

/** The same, made once for each definition. */
export function codeDigests(): (definition: TaskDefinition) => string {
  const known = new Map<TaskDefinition, string>();
  return (definition) => {
    const digest = known.get(definition) ?? codeDigestOf(definition);
    known.set(definition, digest);
    return digest;
  };
}

/** One digest of all task names with their code digests: equal in two processes that would do the same. */
export function projectDigestOf(definitions: readonly TaskDefinition[]): string {
  return sha256(
    canonicalJson(Object.fromEntries(definitions.map((each) => [each.taskName, codeDigestOf(each)]))),
  );
}

function jobFacts(job: Job): unknown {
  if (isSqlText(job)) return { kind: 'sql', statement: sqlTemplate(job) };
  if (job.kind === 'code') return { kind: 'code', version: job.version };
  if (job.kind === 'spark') return sparkFacts(job);
  return { kind: 'load', version: job.version, formats: job.formats, expected: job.expected };
}

function sparkFacts({ program, mainClass, files = [], arguments: given = [] }: SparkJob): unknown {
  const facts = ({ name, sha256: digest }: SparkFile): unknown => ({ name, sha256: digest });
  return { kind: 'spark', program: facts(program), mainClass, files: files.map(facts), arguments: given };
}

function controlFacts(control: Control): unknown {
  return { name: control.name, check: checkFacts(control.check) };
}

function checkFacts(check: Check): unknown {
  if (check.kind === 'every-row') return { ...check, condition: sqlTemplate(check.condition) };
  if (check.kind === 'no-rows') return { ...check, query: sqlTemplate(check.query) };
  return check;
}
