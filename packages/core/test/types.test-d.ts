/** What compiles, and what must not: checked with the types of the package. The messages have a test of their own. */
import { sameTotal, uniqueKey } from '../src/control.ts';
import { choice, day, integer, optional, text } from '../src/param.ts';
import { files, table } from '../src/schema.ts';
import { sql } from '../src/sql/statement.ts';
import { defineTask, listOf } from '../src/task.ts';

const sales = defineTask({
  name: 'sales',
  params: { date: day, label: optional(text) },
  output: table({ item: 'string', price: 'decimal(18,2)' }),
  job: sql`SELECT …`,
});
sales({ date: '2018-07-01' });
sales({ date: '2018-07-01', label: 'north' });
// @ts-expect-error -- the date is missing
sales({});
// @ts-expect-error -- the date is no number
sales({ date: 1 });

const totals = defineTask({
  name: 'totals',
  params: { date: day, size: choice('small', 'large'), limit: optional(integer) },
  inputs: ({ date }, self) => ({
    one: sales({ date }),
    month: listOf(sales, [{ date }]),
    before: listOf(self, [{ date, size: 'small' }]),
  }),
  output: table({ item: 'string', total: 'decimal(18,2)' }, { orderBy: ['item'] }),
  controls: [
    uniqueKey('item'),
    sameTotal('one.price', 'output.total'),
    sameTotal('one.*', 'output.*', { by: ['item'] }),
    sameTotal('month.price', 'before.total', { by: ['date'] }),
    sameTotal('expected.price', 'output.total'),
  ],
  job: {
    kind: 'code',
    version: '1',
    run: async ({ inputs, values }) => {
      const date: string = values.date;
      const size: 'small' | 'large' = values.size;
      const limit: number | undefined = values.limit;
      await inputs.month.table(['date', 'label', 'price']);
      for await (const batch of inputs.one.batches(['item'])) [date, size, limit, batch.numRows].join();
      return await inputs.one.table();
    },
  },
});

defineTask({
  name: 'loaded',
  params: { date: day },
  output: table({ item: 'string' }),
  job: {
    kind: 'load',
    version: '1',
    formats: {},
    fetch: async ({ values }) => ({ kind: 'waiting', for: values.date.toUpperCase() }),
  },
});

const file = defineTask({
  name: 'file',
  inputs: () => ({ one: sales({ date: '2018-07-01' }) }),
  output: files(),
  job: {
    kind: 'code',
    version: '1',
    run: async ({ inputs, writeFile }) =>
      await writeFile('sales.tsv', inputs.one.tsv({ orderBy: ['price'] })),
  },
});

const wrapper = defineTask({
  name: 'wrapper',
  params: { date: day },
  inputs: ({ date }) => ({ totals: totals({ date, size: 'large' }), file: file() }),
});
wrapper({ date: '2018-07-01' });

defineTask({
  name: 'misspelt',
  params: { date: day },
  inputs: ({ date }) => ({ sales: sales({ date }) }),
  output: table({ item: 'string' }),
  // @ts-expect-error -- the input has no column "prise"
  controls: [sameTotal('sales.prise', 'output.item')],
});
defineTask({
  name: 'misspelt',
  params: { date: day },
  inputs: ({ date }) => ({ sales: sales({ date }) }),
  output: table({ item: 'string' }),
  // @ts-expect-error -- there is no input "sale"
  job: { kind: 'code', version: '1', run: async ({ inputs }) => inputs.sale.table() },
});
defineTask({
  name: 'misspelt',
  params: { date: day },
  output: table({ item: 'string' }),
  // @ts-expect-error -- there is no parameter "day"
  job: { kind: 'load', version: '1', formats: {}, fetch: async ({ values }) => waitingFor(values.day) },
});
// @ts-expect-error -- there is no type "bigin"
table({ id: 'bigin' });

declare function waitingFor(what: unknown): { readonly kind: 'waiting'; readonly for: string };
