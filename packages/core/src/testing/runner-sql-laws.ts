import { declarationOf } from '../code-digest.ts';
import { table } from '../schema.ts';
import type { Law } from './law.ts';
import { sqlLiteral } from './runner-law-tasks.ts';
import { stagedOf } from './runner-outcome-laws.ts';
import type { RunnerSubject } from './runner-subject.ts';

const hostile = `'; DROP TABLE x; -- \\ "🍵" \${x} %s é`;

export const sqlLaws: readonly Law<RunnerSubject>[] = [
  {
    name: 'sql: parameters are values, whatever is in them',
    check: async (subject, expect) => {
      const task = sqlLiteral({ text: hostile, date: '1969-12-31', count: -9007199254740991 });
      const staged = stagedOf(await subject.end(task), expect);
      const columns = {
        text: 'string',
        date: 'date',
        count: 'bigint',
        absent: 'string',
        fixed: 'string',
      } as const;
      expect(await subject.rows(staged.parts, declarationOf(table(columns)))).toEqual([
        JSON.stringify([hostile, '1969-12-31', '-9007199254740991', 'was absent', "it's \\n"]),
      ]);
    },
  },
];
