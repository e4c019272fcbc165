import { createHash } from 'node:crypto';
import type { CheckedConfig, Manifest, Part, Runner, Target, Task } from '@daybook/core';
import { DaybookError } from '@daybook/core';
import { membersText } from './render/ranges.ts';
import { taskCommand } from './render/words.ts';

/** The first configured runner that can read rows. */
export function rowReader(config: CheckedConfig): Runner & Required<Pick<Runner, 'readRows'>> {
  const reader = config.runners.find((runner) => runner.readRows !== undefined);
  if (reader?.readRows !== undefined) return reader as Runner & Required<Pick<Runner, 'readRows'>>;
  throw new DaybookError(
    'runner-missing',
    'No runner of the configuration can read rows: add one that can, such as localRunner().',
  );
}

/** What is said of outputs of one name that were never published: which they are, and the command that makes them. */
export function notPublished(tasks: readonly [Task, ...Task[]], everywhere: readonly string[]): DaybookError {
  const ids = tasks.map(({ id }) => id);
  const [{ id, name }] = tasks;
  const which = tasks.length === 1 ? `${id} has` : `${name} ${membersText(ids)}, have`;
  return new DaybookError(
    'not-published',
    `${which} never been published: ${taskCommand('run', ids, everywhere)} makes ${tasks.length === 1 ? 'it' : 'them'}.`,
  );
}

/** Refuses a wrapper task, which has no output of its own. */
export function checkHasOutput(task: Task): void {
  if (task.definition.output !== undefined) return;
  const inputs = Object.values(task.definition.inputsOf(task.values)).map(
    (input) => input.definition.taskName,
  );
  throw new DaybookError(
    'usage',
    `${task.name} is a wrapper task and has no output of its own: name one of ${[...new Set(inputs)].join(', ')}.`,
  );
}

/** The order in which people see the rows of a version: as its task declares it, as far as the version has those columns. */
export function rowOrder(task: Task, manifest: Manifest): readonly string[] {
  const { output } = task.definition;
  const columns = columnNames(manifest);
  const declared = output?.kind === 'table' ? output.orderBy.filter((name) => columns.includes(name)) : [];
  return declared.length > 0 ? declared : columns;
}

export function columnNames(manifest: Manifest): readonly string[] {
  return manifest.output.kind === 'table' ? manifest.output.columns.map(([name]) => name) : [];
}

/** The name of a part within its attempt: for named files, the name that their task gave them. */
export function partName(part: Part): string {
  return part.path.split('/').slice(4).join('/');
}

/** The bytes of a part as a whole. At its end they are held against its size and its SHA-256. */
export async function* checkedRead(target: Target, part: Part): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of target.read(part)) {
    hash.update(chunk);
    bytes += chunk.length;
    yield chunk;
  }
  const digest = hash.digest('hex');
  if (digest === part.sha256 && bytes === part.bytes) return;
  const found =
    bytes === part.bytes
      ? `the SHA-256 ${digest} instead of ${part.sha256}`
      : `${bytes} bytes instead of ${part.bytes}`;
  throw new DaybookError(
    'part-damaged',
    `The part ${part.path} has ${found}: restore it from a backup, or make its task again with --force.`,
  );
}
