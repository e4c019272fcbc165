import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url));

/** What stands before each example. */
const before = `
import { choice, day, defineConfig, defineTask, files, integer, listOf, noNulls, optional, sameTotal, sql, table, text, uniqueKey, zeroSum } from '@daybook/core';
const sales = defineTask({
  name: 'sales',
  params: { date: day },
  output: table({ item: 'string', price: 'decimal(18,2)' }),
  job: sql\`SELECT …\`,
});
const offers = defineTask({
  name: 'offers',
  params: { limit: integer, kind: choice('new', 'old'), label: optional(text) },
  output: table({ item: 'string' }),
  job: sql\`SELECT …\`,
});
const day1 = '2018-07-01';
`;

/** A task made from one day's sales, with what an example adds to it or has instead. */
const totals = (change: string): string =>
  `defineTask({ name: 'totals', params: { date: day }, inputs: ({ date }) => ({ sales: sales({ date }) }), output: table({ item: 'string', total: 'decimal(18,2)' }), job: sql\`SELECT …\`, ${change} });`;
const code = (run: string): string =>
  `defineTask({ name: 'totals', params: { date: day }, inputs: ({ date }) => ({ sales: sales({ date }), month: listOf(sales, [{ date }]) }), output: table({ item: 'string' }), job: { kind: 'code', version: '1', run: async ({ inputs, values }) => ${run} } });`;

interface Example {
  readonly title: string;
  readonly source: string;
  readonly message: string;
}

const examples: readonly Example[] = [
  {
    title: 'a parameter of another type',
    source: 'sales({ date: 20180724 });',
    message: `Type 'number' is not assignable to type 'string'.`,
  },
  {
    title: 'a parameter that the task has not',
    source: 'sales({ day: day1 });',
    message: `Object literal may only specify known properties, and 'day' does not exist in type '{ readonly date: string; }'.`,
  },
  {
    title: 'a parameter left out',
    source: 'sales({});',
    message: `Property 'date' is missing in type '{}' but required in type '{ readonly date: string; }'.`,
  },
  {
    title: 'a choice that there is not',
    source: `offers({ limit: 3, kind: 'newest' });`,
    message: `Type '"newest"' is not assignable to type '"new" | "old"'.`,
  },
  {
    title: 'a number given as text',
    source: `offers({ limit: '3', kind: 'new' });`,
    message: `Type 'string' is not assignable to type 'number'.`,
  },
  {
    title: 'the parameter of a list misspelt',
    source: 'listOf(sales, [{ dat: day1 }]);',
    message: `Object literal may only specify known properties, but 'dat' does not exist in type '{ readonly date: string; }'. Did you mean to write 'date'?`,
  },
  {
    title: 'a parameter that `inputs` is not given',
    source: `defineTask({ name: 'totals', params: { date: day }, inputs: ({ dat }) => ({ sales: sales({ date: dat }) }) });`,
    message: `Property 'dat' does not exist on type '{ readonly date: string; }'.`,
  },
  {
    title: 'an input that is a definition and no task',
    source: `defineTask({ name: 'totals', inputs: () => ({ sales }) });`,
    message: [
      `Type '() => { sales: TaskDefinition<{ readonly date: Param<string, true>; }, { readonly item: "string"; readonly price: "decimal(18,2)"; }>; }' is not assignable to type '(values: {}, self: TaskDefinition<{}, Columns>) => Inputs'.`,
      `  Type '{ sales: TaskDefinition<{ readonly date: Param<string, true>; }, { readonly item: "string"; readonly price: "decimal(18,2)"; }>; }' is not assignable to type 'Inputs'.`,
      `    Property 'sales' is incompatible with index signature.`,
      `      Type 'TaskDefinition<{ readonly date: Param<string, true>; }, { readonly item: "string"; readonly price: "decimal(18,2)"; }>' is not assignable to type 'Input'.`,
    ].join('\n'),
  },
  {
    title: 'the type of a column that there is not',
    source: `table({ item: 'text' });`,
    message: `Type '"text"' is not assignable to type '"bigint" | "boolean" | "date" | "integer" | "string" | "timestamp" | \`decimal(\${number},\${number})\`'.`,
  },
  {
    title: 'a decimal written with a dot',
    source: `table({ price: 'decimal(18.2)' });`,
    message: `Type '"decimal(18.2)"' is not assignable to type '"bigint" | "boolean" | "date" | "integer" | "string" | "timestamp" | \`decimal(\${number},\${number})\`'.`,
  },
  {
    title: 'an order by a column that there is not',
    source: `table({ item: 'string' }, { orderBy: ['itm'] });`,
    message: `Type '"itm"' is not assignable to type '"item"'.`,
  },
  {
    title: 'a key of a column that the output has not',
    source: totals(`controls: [uniqueKey('itm')]`),
    message: [
      `Type 'Control<"output.itm">' is not assignable to type 'Control<"output.*" | "output.item" | "output.total" | "sales.*" | "sales.item" | "sales.price" | \`expected.\${string}\`>'.`,
      `  Type '"output.itm"' is not assignable to type '"output.*" | "output.item" | "output.total" | "sales.*" | "sales.item" | "sales.price" | \`expected.\${string}\`'. Did you mean '"output.item"'?`,
    ].join('\n'),
  },
  {
    title: 'a total of a column that the input has not',
    source: totals(`controls: [sameTotal('sales.prise', 'output.total')]`),
    message: [
      `Type 'Control<"output.total" | "sales.prise">' is not assignable to type 'Control<"output.*" | "output.item" | "output.total" | "sales.*" | "sales.item" | "sales.price" | \`expected.\${string}\`>'.`,
      `  Type '"output.total" | "sales.prise"' is not assignable to type '"output.*" | "output.item" | "output.total" | "sales.*" | "sales.item" | "sales.price" | \`expected.\${string}\`'.`,
      `    Type '"sales.prise"' is not assignable to type '"output.*" | "output.item" | "output.total" | "sales.*" | "sales.item" | "sales.price" | \`expected.\${string}\`'. Did you mean '"sales.price"'?`,
    ].join('\n'),
  },
  {
    title: 'a total of an input that there is not',
    source: totals(`controls: [sameTotal('sale.price', 'output.total')]`),
    message: [
      `Type 'Control<"output.total" | "sale.price">' is not assignable to type 'Control<"output.*" | "output.item" | "output.total" | "sales.*" | "sales.item" | "sales.price" | \`expected.\${string}\`>'.`,
      `  Type '"output.total" | "sale.price"' is not assignable to type '"output.*" | "output.item" | "output.total" | "sales.*" | "sales.item" | "sales.price" | \`expected.\${string}\`'.`,
      `    Type '"sale.price"' is not assignable to type '"output.*" | "output.item" | "output.total" | "sales.*" | "sales.item" | "sales.price" | \`expected.\${string}\`'. Did you mean '"sales.price"'?`,
    ].join('\n'),
  },
  {
    title: 'totals by a column that one of the two has not',
    source: totals(`controls: [sameTotal('sales.price', 'output.total', { by: ['shop'] })]`),
    message: [
      `Type 'Control<"output.shop" | "output.total" | "sales.price" | "sales.shop">' is not assignable to type 'Control<"output.*" | "output.item" | "output.total" | "sales.*" | "sales.item" | "sales.price" | \`expected.\${string}\`>'.`,
      `  Type '"output.shop" | "output.total" | "sales.price" | "sales.shop"' is not assignable to type '"output.*" | "output.item" | "output.total" | "sales.*" | "sales.item" | "sales.price" | \`expected.\${string}\`'.`,
      `    Type '"output.shop"' is not assignable to type '"output.*" | "output.item" | "output.total" | "sales.*" | "sales.item" | "sales.price" | \`expected.\${string}\`'.`,
    ].join('\n'),
  },
  {
    title: 'a sum of a column that the output has not',
    source: totals(`controls: [zeroSum('totl', { by: ['item'] })]`),
    message: [
      `Type 'Control<"output.item" | "output.totl">' is not assignable to type 'Control<"output.*" | "output.item" | "output.total" | "sales.*" | "sales.item" | "sales.price" | \`expected.\${string}\`>'.`,
      `  Type '"output.item" | "output.totl"' is not assignable to type '"output.*" | "output.item" | "output.total" | "sales.*" | "sales.item" | "sales.price" | \`expected.\${string}\`'.`,
      `    Type '"output.totl"' is not assignable to type '"output.*" | "output.item" | "output.total" | "sales.*" | "sales.item" | "sales.price" | \`expected.\${string}\`'. Did you mean '"output.total"'?`,
    ].join('\n'),
  },
  {
    title: 'an input of a code job that there is not',
    source: code('await inputs.sale.table()'),
    message: `Property 'sale' does not exist on type '{ readonly sales: CodeInput<"item" | "price">; readonly month: CodeInput<"date" | "item" | "price">; }'. Did you mean 'sales'?`,
  },
  {
    title: 'a column of an input of a code job that there is not',
    source: code(`await inputs.sales.table(['prise'])`),
    message: `Type '"prise"' is not assignable to type '"item" | "price"'. Did you mean '"price"'?`,
  },
  {
    title: 'a column of a list that there is not',
    source: code(`await inputs.month.table(['date', 'prise'])`),
    message: `Type '"prise"' is not assignable to type '"date" | "item" | "price"'. Did you mean '"price"'?`,
  },
  {
    title: 'a parameter of a code job that there is not',
    source: code('void values.dat'),
    message: `Property 'dat' does not exist on type '{ readonly date: string; }'. Did you mean 'date'?`,
  },
  {
    title: 'a code job that returns no table',
    source: code('values.date'),
    message: [
      `Type 'Promise<string>' is not assignable to type 'Promise<void | ArrowTable>'.`,
      `  Type 'string' is not assignable to type 'void | ArrowTable'.`,
    ].join('\n'),
  },
  {
    title: 'a job that is a text',
    source: `defineTask({ name: 'totals', output: table({ item: 'string' }), job: 'SELECT …' });`,
    message: `Type 'string' is not assignable to type 'CodeJob<{}, {}> | LoadJob<{}> | SparkJob | SqlText | undefined'.`,
  },
  {
    title: 'an output that is not made by table()',
    source: `defineTask({ name: 'totals', output: { item: 'string' } });`,
    message: `Object literal may only specify known properties, and 'item' does not exist in type 'FilesOutput | TableOutput<{}>'.`,
  },
  {
    title: 'a member of a definition misspelt',
    source: `defineTask({ name: 'totals', output: files(), priorty: 1 });`,
    message: `Object literal may only specify known properties, but 'priorty' does not exist in type 'TaskSpec<{}, {}, {}>'. Did you mean to write 'priority'?`,
  },
  {
    title: 'a task in a configuration where its definition belongs',
    source: `declare const rest: Omit<Parameters<typeof defineConfig>[0], 'tasks'>; defineConfig({ ...rest, tasks: [sales({ date: day1 })] });`,
    message: [
      `Type 'Task<{ readonly item: "string"; readonly price: "decimal(18,2)"; }>' is not assignable to type 'AnyTaskDefinition'.`,
      `  Property 'taskName' is missing in type 'Task<{ readonly item: "string"; readonly price: "decimal(18,2)"; }>' but required in type 'Pick<TaskDefinition<Readonly<Record<string, Param<ParamValue, boolean>>>, Columns>, "taskName">'.`,
    ].join('\n'),
  },
];

const folder = mkdtempSync(join(tmpdir(), 'daybook-messages-'));
let messages: ReadonlyMap<string, string>;

beforeAll(() => {
  symlinkSync(modules, join(folder, 'node_modules'));
  for (const [index, { source }] of examples.entries())
    writeFileSync(join(folder, `example-${index}.mts`), `${before}${source}\n`);
  const compilerOptions = {
    target: 'es2024',
    lib: ['es2024', 'esnext.disposable'],
    module: 'nodenext',
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    customConditions: ['daybook-source'],
    typeRoots: [join(modules, '@types')],
    types: ['node'],
  };
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, include: ['example-*.mts'] }),
  );
  const tsc = join(modules, 'typescript/bin/tsc');
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], {
    cwd: folder,
    encoding: 'utf8',
  });
  messages = messagesByFile(stdout);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(examples.map((example, index) => ({ ...example, index })))(
  '$title does not compile, and the message says what is wrong',
  ({ message, index }) => {
    expect(messages.get(`example-${index}.mts`)).toBe(message);
  },
);

/** The compiler's messages of each file, without places and numbers. */
function messagesByFile(printed: string): ReadonlyMap<string, string> {
  const byFile = new Map<string, string>();
  let file = '';
  for (const line of printed.trimEnd().split('\n')) {
    const [, name, message] = /^(\S+)\(\d+,\d+\): error TS\d+: (.*)$/.exec(line) ?? [];
    file = name ?? file;
    const known = byFile.get(file);
    byFile.set(file, `${known === undefined ? '' : `${known}\n`}${message ?? line}`);
  }
  return byFile;
}
