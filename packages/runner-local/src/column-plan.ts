import { quoteName, sqlType } from '@daybook/core';
import { controlQueries } from './control-queries.ts';
import type { Session } from './engine.ts';
import { textsQuery } from './engine.ts';
import { createInputViews } from './input-views.ts';
import type { LocalInput, LocalJob } from './local-job.ts';
import type { PlannedStatement } from './needed-columns.ts';
import { neededColumns } from './needed-columns.ts';
import { tableCopy } from './staged-table.ts';

/**
 * The columns that a SQL job and its controls will read of its inputs; undefined where that cannot be told. The views of the
 * inputs are over footers so far, which is all that DuckDB reads to plan: what it plans now is what it will do.
 */
export async function planColumns(
  session: Session,
  job: LocalJob,
  statement: string,
): Promise<readonly string[] | undefined> {
  const names = [...new Set(job.inputs.flatMap((input) => input.stored))];
  const planned = await plansOf(session, job, statement);
  return planned === undefined ? undefined : neededColumns(planned, names);
}

/** Makes the views of the inputs anew over files that were brought, by the paths of their footers. */
export async function viewFiles(
  session: Session,
  job: LocalJob,
  brought: ReadonlyMap<string, string>,
): Promise<void> {
  await createInputViews(
    session,
    job.inputs.map((input) => withPaths(input, brought)),
  );
}

/** The plans of all that will read inputs; undefined where one cannot be made, such as that of a control that is wrong. */
async function plansOf(
  session: Session,
  job: LocalJob,
  statement: string,
): Promise<readonly PlannedStatement[] | undefined> {
  const queries = controlQueries(job.controls.map((control) => control.compiled)).map(textsQuery);
  try {
    await createOutputToBe(session, job);
    const planned: PlannedStatement[] = [];
    for (const each of [tableCopy(job, statement), ...queries])
      planned.push({ statement: each, plan: await session.explain(each) });
    return planned;
  } catch {
    return undefined;
  }
}

/**
 * The relations `output` and `numbered_output` before there is an output: rows of which DuckDB knows nothing. Of an empty
 * table it knows that no row can match, and plans to read nothing for it.
 */
async function createOutputToBe(session: Session, job: LocalJob): Promise<void> {
  const cells = Object.entries(job.columns).map(
    ([name, type]) =>
      `CAST(CAST(number AS VARCHAR) AS ${sqlType(type, 'duckdb')}) AS ${quoteName(name, 'duckdb')}`,
  );
  const rows = 'FROM range(1000000) numbers(number)';
  await session.run(`CREATE OR REPLACE TEMP VIEW output AS SELECT ${cells.join(', ')} ${rows}`);
  const numbered = [...cells, 'number AS file_row_number'].join(', ');
  await session.run(`CREATE OR REPLACE TEMP VIEW numbered_output AS SELECT ${numbered} ${rows}`);
}

function withPaths(input: LocalInput, brought: ReadonlyMap<string, string>): LocalInput {
  const members = input.members.map((member) => ({
    ...member,
    paths: member.paths.map((path) => brought.get(path) ?? path),
  }));
  return { ...input, members };
}
