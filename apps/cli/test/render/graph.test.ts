import type { TaskDefinition } from '@daybook/core';
import {
  boolean,
  choice,
  day,
  defineTask,
  files,
  integer,
  listOf,
  month,
  sql,
  table,
  text,
} from '@daybook/core';
import { expect, test } from 'vitest';
import { definitionGraph } from '../../src/definition-graph.ts';
import type { DrawnGraph } from '../../src/render/graph.ts';
import { graphDot, graphMermaid, graphText } from '../../src/render/graph.ts';
import { plainPaint } from '../../src/terminal/paint.ts';

const output = table({ id: 'bigint' });
const rates = defineTask({
  name: 'rates',
  params: { kind: choice('a', 'b'), label: text, count: integer, open: boolean },
  output,
});
const sales = defineTask({
  name: 'sales',
  params: { date: day },
  inputs: () => ({ rates: rates({ kind: 'a', label: 'x', count: 1, open: true }) }),
  output,
  job: sql`SELECT 1`,
});
const balances = defineTask({
  name: 'balances',
  params: { date: day },
  inputs: ({ date }, self) => ({
    before: listOf(self, date > '2018-07-01' ? [{ date: '2018-07-01' }] : []),
    sales: listOf(sales, [{ date }]),
  }),
  output,
  job: sql`SELECT 1`,
});
const report = defineTask({
  name: 'report',
  params: { month },
  inputs: () => ({ balances: balances({ date: '2018-07-24' }), sales: listOf(sales, []) }),
  output: files(),
  job: { kind: 'code', version: '1', run: async () => {} },
});
const all = defineTask({
  name: 'all',
  params: { month },
  inputs: ({ month }) => ({ report: report({ month }) }),
});
const definitions = [rates, sales, balances, report, all] as unknown as readonly TaskDefinition[];
const graph = definitionGraph(definitions, '2018-07-25');

test('the tree of definitions marks lists, and draws what was drawn above only once', () => {
  expect(graphText(graph, plainPaint)).toMatchInlineSnapshot(`
    "all wrapper
    └─ report code
       ├─ balances sql
       │  ├─ balances sql [list before] (earlier ones of itself)
       │  └─ sales sql [list sales]
       │     └─ rates external
       └─ sales sql [list sales] (drawn above)
    "
  `);
});

test('the languages of Graphviz and Mermaid have an arrow from each input, dashed for a list', () => {
  expect(graphDot(graph)).toContain('  "sales" -> "balances" [style=dashed];\n');
  expect(graphDot(graph)).toContain('  "balances" -> "report";\n');
  expect(graphMermaid(graph)).toMatchInlineSnapshot(`
    "graph LR
      n0["rates"]
      n1["sales"]
      n2["balances"]
      n3["report"]
      n4["all"]
      n0 --> n1
      n2 -.-> n2
      n1 -.-> n2
      n2 --> n3
      n1 -.-> n3
      n3 --> n4
    "
  `);
});

test('a list of tasks is told as a range, an empty one as empty', () => {
  const tasks: DrawnGraph = {
    roots: ['report/month=2018-07'],
    nodes: [
      {
        id: 'report/month=2018-07',
        kind: 'sql',
        inputs: [
          { input: 'sales', list: true, ids: ['sales/date=2018-07-01', 'sales/date=2018-07-02'] },
          { input: 'opening', list: true, ids: [] },
        ],
      },
      { id: 'sales/date=2018-07-01', kind: 'load', inputs: [] },
      { id: 'sales/date=2018-07-02', kind: 'load', inputs: [] },
    ],
  };
  expect(graphText(tasks, plainPaint)).toMatchInlineSnapshot(`
    "report/month=2018-07 sql
    ├─ sales 2018-07-01 … 2018-07-02, 2 days [list sales]
    └─ [list opening] empty
    "
  `);
});
