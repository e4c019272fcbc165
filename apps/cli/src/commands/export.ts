import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Manifest, Planned, Task } from '@daybook/core';
import { DaybookError, isSystemError, withRunners } from '@daybook/core';
import type { ExportFile } from '../export-files.ts';
import { exportFiles } from '../export-files.ts';
import { interruptedExitCode, watchInterrupts } from '../interrupts.ts';
import { isDaybookError } from '../load-config.ts';
import { checkedRead, checkHasOutput, columnNames, notPublished, rowOrder, rowReader } from '../outputs.ts';
import type { Exported } from '../render/export.ts';
import { exportDocument, exportText } from '../render/export.ts';
import { plannedText } from '../render/words.ts';
import { lookAt, staleOf, staleWord } from '../staleness.ts';
import type { Workplace } from '../workplace.ts';

/** `daybook export`: outputs as files in a folder, one for each task. */
export async function exportCommand(workplace: Workplace): Promise<number> {
  const { invocation, config, today, out, err } = workplace;
  const { to, format = 'tsv' } = invocation.options;
  if (to === undefined) throw new DaybookError('usage', 'Say where to write: daybook export TASK --to DIR.');
  if (format !== 'tsv' && format !== 'parquet')
    throw new DaybookError('usage', `--format ${format} does not exist: give tsv or parquet.`);
  const tasks = workplace.tasks();
  for (const task of tasks) checkHasOutput(task);
  const prepared = await lookAt(config, tasks, today);
  // Nothing is written unless everything that was asked for is there.
  const wanted = tasks.flatMap((task) => {
    const manifest = prepared.current(task.id);
    return manifest === undefined ? [] : [{ task, manifest, stale: staleOf(prepared.plan.get(task.id)) }];
  });
  const [first, ...more] = tasks.filter((task) => prepared.current(task.id) === undefined);
  if (first !== undefined) throw notPublished([first, ...more], workplace.everywhere);
  const exported: Exported[] = [];
  using interrupts = watchInterrupts(config.runners, () => {});
  const { signal } = interrupts;
  await withRunners(config.runners, async () => {
    for (const { task, manifest, stale } of wanted) {
      const files = exportFiles(task, manifest, format);
      for (const file of files) {
        if (signal.aborted) return;
        exported.push(...(await write(workplace, resolve(to), { task, manifest, file, stale }, signal)));
      }
      if (stale !== undefined && !workplace.json)
        await err.write(`note: ${task.id} is stale (${plannedText(stale)}).\n`);
    }
  });
  if (signal.aborted) return interruptedExitCode;
  await out.write(workplace.json ? `${JSON.stringify(exportDocument(exported))}\n` : exportText(exported));
  return 0;
}

/** One file to write, of which output. */
interface Wanted {
  readonly task: Task;
  readonly manifest: Manifest;
  readonly file: ExportFile;
  readonly stale: Planned | undefined;
}

/** Writes one file under another name, then gives it its own; nothing when it is interrupted. */
async function write(
  workplace: Workplace,
  folder: string,
  { task, manifest, file, stale }: Wanted,
  signal: AbortSignal,
): Promise<readonly Exported[]> {
  const path = join(folder, file.path);
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const content =
      file.part === undefined
        ? rowsOf(workplace, task, manifest)
        : checkedRead(workplace.config.targets, file.part);
    const stream = createWriteStream(temporary);
    await pipeline(content, stream, { signal });
    await rename(temporary, path);
    const shown = relative(process.cwd(), path);
    const stated = stale === undefined ? {} : { stale: staleWord(stale) };
    const done: Exported = {
      task: task.id,
      version: manifest.version,
      path: shown.startsWith('..') ? path : shown,
      bytes: stream.bytesWritten,
      rows: file.rows,
      ...stated,
    };
    return [done];
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    if (signal.aborted) return [];
    throw notWritten(error, path);
  }
}

const unfit = ['ENOTDIR', 'EEXIST', 'EISDIR', 'EACCES', 'EPERM', 'EROFS'];

/** What is said when a file cannot be written: of the folder that was given, or of the disk. Other errors stay as they are. */
function notWritten(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || isDaybookError(error) || !('syscall' in error)) return error;
  const usage = unfit.some((code) => isSystemError(error, code));
  const remedy = usage
    ? 'give --to a folder that can be written'
    : 'see to its disk and its space, then run again';
  return new DaybookError(
    usage ? 'usage' : 'write-failed',
    `The file ${path} cannot be written: ${error.message}: ${remedy}.`,
    { cause: error },
  );
}

/** All rows as TSV. The parts are held against their SHA-256 first, for an engine reads only what it needs of them. */
async function* rowsOf({ config }: Workplace, task: Task, manifest: Manifest): AsyncGenerator<string> {
  for (const part of manifest.parts) for await (const _ of checkedRead(config.targets, part)) continue;
  yield `${columnNames(manifest).join('\t')}\n`;
  const options = { orderBy: rowOrder(task, manifest), as: 'tsv' } as const;
  for await (const lines of rowReader(config).readRows(
    config.targets,
    manifest.parts,
    manifest.output,
    options,
  )) {
    if (lines.length > 0) yield `${lines.join('\n')}\n`;
  }
}
