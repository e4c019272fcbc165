import { declarationOf } from '../code-digest.ts';
import { table } from '../schema.ts';
import type { Task } from '../task.ts';
import type { Law } from './law.ts';
import type { RunnerFixture } from './runner-fixtures.ts';
import { emptyListTable, everyTypeTwice, listedTable, runnerFixtures } from './runner-fixtures.ts';
import {
  codeControlled,
  codeCopy,
  codeListed,
  codeUndeclared,
  sqlControlled,
  sqlCopy,
  sqlListed,
  sqlUndeclared,
} from './runner-law-tasks.ts';
import { stagedOf } from './runner-outcome-laws.ts';
import type { RunnerSubject, WorkGiven } from './runner-subject.ts';

interface TableTasks {
  readonly copy: () => Task;
  readonly listed: (values: { readonly whole: boolean }) => Task;
  readonly controlled: () => Task;
  readonly undeclared: () => Task;
}

const tasks: Readonly<Record<'sql' | 'code', TableTasks>> = {
  sql: { copy: sqlCopy, listed: sqlListed, controlled: sqlControlled, undeclared: sqlUndeclared },
  code: { copy: codeCopy, listed: codeListed, controlled: codeControlled, undeclared: codeUndeclared },
};

/** The laws of tables from tables, the same for SQL and for code. */
export function tableLaws(kind: 'sql' | 'code'): readonly Law<RunnerSubject>[] {
  const { copy, listed, controlled, undeclared } = tasks[kind];
  const comesOut = (
    name: string,
    task: () => Task,
    fixture: RunnerFixture,
    inputs: NonNullable<WorkGiven['inputs']> = {},
  ): Law<RunnerSubject> => ({
    name: `${kind}: ${name}`,
    check: async (subject, expect) => {
      const staged = stagedOf(await subject.end(task(), { inputs }), expect);
      const declaration = declarationOf(table(fixture.columns));
      const rows = await subject.rows(staged.parts, declaration);
      expect(rows).toEqual(fixture.rows.map((row) => JSON.stringify(row)).sort());
      expect([staged.rows, staged.fingerprint]).toEqual([fixture.rows.length, fixture.fingerprint]);
    },
  });
  const { 'every-type': everyType, 'no-rows': noRows } = runnerFixtures;
  return [
    comesOut('every type comes out as it went in, to the ends of its range', copy, everyType),
    comesOut('a table without rows keeps its columns', copy, noRows, { 'law-every-type': ['no-rows'] }),
    comesOut('the parts of an input are one table', copy, everyTypeTwice, {
      'law-every-type': ['every-type', 'no-rows', 'every-type'],
    }),
    comesOut(
      'a list is one table with the parameters of each member as columns',
      () => listed({ whole: true }),
      listedTable,
    ),
    comesOut(
      'a list of nothing is an empty table with its columns',
      () => listed({ whole: false }),
      emptyListTable,
    ),
    {
      name: `${kind}: an output that is not what its task declares fails`,
      check: async (subject, expect) => {
        const outcome = await subject.end(undeclared());
        expect(outcome.kind === 'failed' ? [outcome.fault, outcome.error.code] : outcome).toEqual([
          'task',
          'output-invalid',
        ]);
        if (outcome.kind === 'failed') expect(outcome.error.message.includes('label')).toEqual(true);
      },
    },
    {
      name: `${kind}: an input that is damaged fails its work alone`,
      check: async (subject, expect) => {
        const [sound, work] = [await subject.work(copy()), await subject.work(copy())];
        const damaged = {
          ...work,
          inputs: work.inputs.map((input) => ({
            ...input,
            parts: input.parts.map((part) => ({ ...part, bytes: part.bytes + 1 })),
          })),
        };
        const outcomes = await subject.run([damaged, sound]);
        const first = outcomes.find(({ attempt }) => attempt === work.attempt);
        expect(first?.kind === 'failed' ? first.error.code : first).toEqual('part-damaged');
        stagedOf(
          outcomes.find(({ attempt }) => attempt === sound.attempt),
          expect,
        );
      },
    },
    {
      name: `${kind}: controls that hold are told in their order, each with its figures`,
      check: async (subject, expect) => {
        const { controls } = stagedOf(await subject.end(controlled()), expect);
        const names = controlled().definition.controls.map((control) => control.name);
        expect(controls.map(({ name, held }) => [name, held])).toEqual(names.map((name) => [name, true]));
        expect(controls.map(({ figures }) => figures['broken'])).toEqual(names.map(() => '0'));
        expect(controls[2]?.figures['rows']).toEqual('3');
        expect(controls[3]?.figures['groups']).toEqual('2');
      },
    },
    {
      name: `${kind}: a control that does not hold blocks, with figures and up to ten offenders`,
      check: async (subject, expect) => {
        const inputs = { 'law-counted': ['few-counted', 'bad-counted'] } as const;
        const work = await subject.work(controlled(), { inputs });
        const [outcome] = await subject.run([work]);
        expect(outcome?.kind === 'blocked' ? 'blocked' : outcome).toEqual('blocked');
        if (outcome?.kind !== 'blocked') return;
        expect(outcome.controls.map(({ held }) => held)).toEqual([true, true, false, true, true]);
        const broken = outcome.controls[2];
        expect([broken?.figures['rows'], broken?.figures['broken']]).toEqual(['15', '12']);
        expect(broken?.remedy).toEqual('Give only positive amounts.');
        const bad = runnerFixtures['bad-counted'].rows.map(([n, label, amount]) => ({ n, label, amount }));
        const offenders = broken?.offenders ?? [];
        expect(offenders.length).toEqual(10);
        expect(new Set(offenders.map((row) => row['n'])).size).toEqual(10);
        for (const row of offenders) expect(bad.find(({ n }) => n === row['n'])).toEqual(row);
        const kept = [...(await subject.files()).keys()].filter((path) => path.startsWith(work.stage.path));
        expect(kept.length > 0).toEqual(true);
      },
    },
  ];
}
