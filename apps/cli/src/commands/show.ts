import type { Manifest, Planned, Prepared, Task } from '@daybook/core';
import { DaybookError, withRunners } from '@daybook/core';
import { checkedRead, checkHasOutput, columnNames, notPublished, rowOrder, rowReader } from '../outputs.ts';
import { wholeNumber } from '../arguments.ts';
import { tableText } from '../render/rows-table.ts';
import { plannedText, taskCommand } from '../render/words.ts';
import { lookAt, staleOf, staleWord } from '../staleness.ts';
import type { Workplace } from '../workplace.ts';

const formats = ['table', 'tsv', 'json'] as const;
type Format = (typeof formats)[number];

/** What is shown: one version of one task. */
interface Shown {
  readonly task: Task;
  readonly manifest: Manifest;
  readonly current: Manifest;
  readonly stale: Planned | undefined;
}

const defaultLimit = 40;

/** `daybook show`: the rows of one output, or the text of its files. */
export async function showCommand(workplace: Workplace): Promise<number> {
  const { invocation, config, err } = workplace;
  const { options } = invocation;
  const format = formatOf(options.format, workplace.json);
  const limit = wholeNumber('limit', options.limit, defaultLimit);
  if (options.limit !== undefined && format !== 'table')
    throw new DaybookError('usage', `--limit is for --format table: ${format} has all rows.`);
  const task = workplace.task();
  checkHasOutput(task);
  const prepared = await lookAt(config, [task], workplace.today);
  const shown = await pick(workplace, task, prepared, options.version);
  if (shown.stale !== undefined) await err.write(`${staleSentence(shown, workplace.everywhere)}\n`);
  await withRunners(config.runners, async () => {
    if (shown.manifest.output.kind === 'files') await showFiles(workplace, shown, format);
    else if (format === 'table') await showTable(workplace, shown, limit);
    else if (format === 'tsv') await showTsv(workplace, shown);
    else await showJson(workplace, shown);
  });
  return 0;
}

function formatOf(given: string | undefined, json: boolean): Format {
  const format = formats.find((each) => each === (given ?? (json ? 'json' : 'table')));
  if (format === undefined)
    throw new DaybookError('usage', `--format ${given} does not exist: give table, tsv or json.`);
  if (json && format !== 'json')
    throw new DaybookError('usage', `--json prints one JSON document: leave out --format ${format}.`);
  return format;
}

async function pick(
  workplace: Workplace,
  task: Task,
  prepared: Prepared,
  version: string | undefined,
): Promise<Shown> {
  const current = prepared.current(task.id);
  if (current === undefined) throw notPublished([task], workplace.everywhere);
  const wanted = wholeNumber('version', version, current.version);
  if (wanted > current.version) {
    throw new DaybookError(
      'not-published',
      `${task.id} has no version ${wanted}: its current one is ${current.version}.`,
    );
  }
  const manifest =
    wanted === current.version ? current : (await prepared.store.read(task.id, wanted)).manifest;
  return { task, manifest, current, stale: staleOf(prepared.plan.get(task.id)) };
}

function staleSentence({ task, stale }: Shown, everywhere: readonly string[]): string {
  const why = stale === undefined ? '' : plannedText(stale);
  return `note: ${task.id} is stale (${why}). ${taskCommand('run', [task.id], everywhere)} renews it.`;
}

async function* linesOf(
  { config }: Workplace,
  shown: Shown,
  as: 'tsv' | 'json',
  limit?: number,
): AsyncIterable<readonly string[]> {
  const { manifest, task } = shown;
  const options = { orderBy: rowOrder(task, manifest), as, ...(limit === undefined ? {} : { limit }) };
  yield* rowReader(config).readRows(config.targets, manifest.parts, manifest.output, options);
}

async function showTsv(workplace: Workplace, shown: Shown): Promise<void> {
  const { out } = workplace;
  if (!(await out.write(`${columnNames(shown.manifest).join('\t')}\n`))) return;
  for await (const lines of linesOf(workplace, shown, 'tsv')) {
    if (lines.length > 0 && !(await out.write(`${lines.join('\n')}\n`))) return;
  }
}

async function showTable(workplace: Workplace, shown: Shown, limit: number): Promise<void> {
  const { out, outPaint } = workplace;
  const rows: (readonly (string | null)[])[] = [];
  for await (const lines of linesOf(workplace, shown, 'json', limit))
    rows.push(...lines.map((line) => JSON.parse(line) as (string | null)[]));
  const { task, manifest, current } = shown;
  await out.write(
    tableText({
      manifest,
      current: current.version,
      keys: rowOrder(task, manifest),
      rows,
      width: out.terminal ? out.width : undefined,
      paint: outPaint,
    }),
  );
}

async function showJson(workplace: Workplace, shown: Shown): Promise<void> {
  const { out } = workplace;
  const { task, manifest } = shown;
  const columns = columnNames(manifest);
  const head = JSON.stringify({ ...headOf(task, shown), columns });
  if (!(await out.write(`${head.slice(0, -1)},"rows":[`))) return;
  let first = true;
  for await (const lines of linesOf(workplace, shown, 'json')) {
    const rows = lines.map((line) =>
      JSON.stringify(rowOf(columns, JSON.parse(line) as readonly (string | null)[])),
    );
    if (rows.length === 0) continue;
    if (!(await out.write(`${first ? '' : ','}\n${rows.join(',\n')}`))) return;
    first = false;
  }
  await out.write(`${first ? '' : '\n'}]}\n`);
}

function headOf(task: Task, { manifest, stale }: Shown): Readonly<Record<string, unknown>> {
  return {
    task: task.id,
    version: manifest.version,
    ...(stale === undefined ? {} : { stale: staleWord(stale) }),
  };
}

function rowOf(
  columns: readonly string[],
  values: readonly (string | null)[],
): Readonly<Record<string, string | null>> {
  return Object.fromEntries(columns.map((name, index) => [name, values[index] ?? null]));
}

async function showFiles(workplace: Workplace, shown: Shown, format: Format): Promise<void> {
  const { config, out, err } = workplace;
  const { parts } = shown.manifest;
  if (format === 'json') {
    const files = [];
    for (const part of parts)
      files.push({ name: nameOf(part.path), text: await textOf(checkedRead(config.targets, part)) });
    await out.write(`${JSON.stringify({ ...headOf(shown.task, shown), files })}\n`);
    return;
  }
  for (const part of parts) {
    if (parts.length > 1) await err.write(`${nameOf(part.path)}:\n`);
    const decoder = new TextDecoder();
    for await (const chunk of checkedRead(config.targets, part))
      if (!(await out.write(decoder.decode(chunk, { stream: true })))) return;
  }
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

async function textOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of bytes) text += decoder.decode(chunk, { stream: true });
  return text + decoder.decode();
}
