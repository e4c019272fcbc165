import { defineTask, listOf } from '../src/task.ts';
import { day, optional, text } from '../src/param.ts';
import { table, files } from '../src/schema.ts';
import { uniqueKey, sameTotal } from '../src/control.ts';
import { sql } from '../src/sql/statement.ts';
const a = defineTask({
  name: 'a',
  params: { date: day, x: optional(text) },
  output: table({ id: 'bigint', net: 'decimal(18,2)' }),
  job: sql`x`,
});
const b = defineTask({
  name: 'b',
  params: { date: day },
  inputs: ({ date }, self) => ({
    one: a({ date }),
    many: listOf(a, [{ date }]),
    before: listOf(self, [{ date }]),
  }),
  output: table({ id: 'bigint', total: 'decimal(18,2)' }, { orderBy: ['id'] }),
  controls: [uniqueKey('id'), sameTotal('one.net', 'output.total')],
  job: { kind: 'code', version: '1', run: async ({ inputs }) => inputs.one.table() },
});
const c = defineTask({
  name: 'c',
  inputs: () => ({ one: a({ date: '2020-01-01' }) }),
  output: files(),
  job: {
    kind: 'code',
    version: '1',
    run: async ({ inputs, writeFile }) => {
      await writeFile('x', inputs.one.tsv());
    },
  },
});
const w = defineTask({
  name: 'w',
  params: { date: day },
  inputs: ({ date }) => ({ one: b({ date }), c: c() }),
});
w({ date: '2020-01-01' });
// @ts-expect-error
w({});
// @ts-expect-error
a({ date: 1 });
defineTask({
  name: 'b',
  params: { date: day },
  inputs: ({ date }) => ({ one: a({ date }) }),
  output: table({ id: 'bigint' }),
  // @ts-expect-error -- the input has no column "nett"
  controls: [sameTotal('one.nett', 'output.id')],
});
defineTask({
  name: 'b',
  params: { date: day },
  inputs: ({ date }) => ({ one: a({ date }) }),
  output: table({ id: 'bigint' }),
  // @ts-expect-error -- there is no input "two"
  job: { kind: 'code', version: '1', run: async ({ inputs }) => inputs.two.table() },
});
// @ts-expect-error -- there is no type "bigin"
table({ id: 'bigin' });
