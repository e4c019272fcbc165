import { day, defineTask, sameTotal, sql, table, uniqueKey } from '@daybook/core';
import { arrowTable, minorUnits } from '@daybook/runner-local';

const priceTable = { item: 'string', price: 'decimal(18,2)' } as const;

export const prices = defineTask({
  name: 'prices',
  params: { date: day },
  output: table(priceTable),
  controls: [uniqueKey('item')],
  job: sql`SELECT 'tea' AS item, CAST(12.50 AS DECIMAL(18,2)) AS price`,
});

export const doubled = defineTask({
  name: 'doubled',
  params: { date: day },
  inputs: ({ date }) => ({ once: prices({ date }), again: prices({ date }) }),
  output: table(priceTable),
  controls: [sameTotal('once.*', 'output.*')],
  job: {
    kind: 'code',
    version: '1',
    run: async ({ inputs }) => {
      const once = await inputs.once.table(['item', 'price']);
      const items = [...(once.getChild('item') ?? [])];
      const amounts = [...(once.getChild('price') ?? [])].map((each) => minorUnits(each as Uint32Array));
      return arrowTable(
        priceTable,
        items.map((item, index) => ({ item: String(item), price: 2n * (amounts[index] ?? 0n) })),
      );
    },
  },
});
