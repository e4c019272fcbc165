import { createReadStream } from 'node:fs';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { AttemptRef, Part, Range, Target, TaskId } from '@daybook/core';
import {
  attemptPath,
  DaybookError,
  isSystemError,
  joinTaskId,
  manifestPath,
  splitTaskId,
} from '@daybook/core';
import { createOnce } from './create-once.ts';
import { fileStage } from './file-stage.ts';

export interface FileTargetsOptions {
  /** The folder, a path or a `file:` URL; it is made if it is not there. A relative path is relative to the current folder. */
  readonly root: string | URL;
}

/**
 * A folder as the home of the data. Publication is `link(2)` of a synced file, so the folder must be on one file system that
 * has hard links; several processes on one machine may use it at once.
 * @example fileTargets({ root: new URL('./data', import.meta.url) })
 */
export function fileTargets(options: FileTargetsOptions): Target {
  const root = resolve(options.root instanceof URL ? fileURLToPath(options.root) : rootPath(options.root));
  const versionsFolder = (task: TaskId): string => {
    const { name, segment } = splitTaskId(task);
    return join(root, name, 'versions', segment);
  };
  const target: Target = {
    name: pathToFileURL(`${root}/`).href,
    async *taskNames() {
      for (const name of await entriesOf(root))
        if ((await entriesOf(join(root, name, 'versions'))).length > 0) yield name;
    },
    async *currentVersions(under) {
      for (const segment of await entriesOf(join(root, under, 'versions'))) {
        const task = joinTaskId(under, segment);
        const version = await target.currentVersion(task);
        if (version > 0) yield { task, version };
      }
    },
    async currentVersion(task) {
      const versions = (await entriesOf(versionsFolder(task))).map(versionOf);
      return Math.max(0, ...versions);
    },
    async readManifest(task, version) {
      const { name, segment } = splitTaskId(task);
      return await unlessMissing(
        guarded(`read ${task}`, readFile(join(root, manifestPath(name, segment, version)))),
        undefined,
      );
    },
    async createManifest(task, version, bytes) {
      const { name, segment } = splitTaskId(task);
      const [path, scratch] = [manifestPath(name, segment, version), join(name, 'attempts', segment)];
      return await guarded(
        `publish version ${version} of ${task}`,
        createOnce(root, path, scratch, version, bytes),
      );
    },
    stage(task, attempt) {
      const { name, segment } = splitTaskId(task);
      return fileStage(root, attemptPath(name, segment, attempt));
    },
    read: (part, ranges) => readPart(join(root, part.path), part, ranges),
    async *attempts(under) {
      for (const segment of await entriesOf(join(root, under, 'attempts'))) {
        const folder = join(root, under, 'attempts', segment);
        for (const attempt of await entriesOf(folder)) {
          yield {
            task: joinTaskId(under, segment),
            attempt,
            newestMs: await newestMs(join(folder, attempt)),
          };
        }
      }
    },
    async remove({ task, attempt }: AttemptRef) {
      const { name, segment } = splitTaskId(task);
      await guarded(
        `remove ${attempt}`,
        rm(join(root, attemptPath(name, segment, attempt)), { recursive: true, force: true }),
      );
    },
  };
  return Object.freeze(target);
}

function rootPath(root: string): string {
  return root.startsWith('file:') ? fileURLToPath(root) : root;
}

function versionOf(fileName: string): number {
  return /^\d{8}\.json$/.test(fileName) ? Number(fileName.slice(0, 8)) : 0;
}

async function entriesOf(folder: string): Promise<readonly string[]> {
  const names = await unlessMissing(guarded(`list ${folder}`, readdir(folder)), []);
  return names.sort();
}

async function unlessMissing<T, M>(work: Promise<T>, missing: M): Promise<T | M> {
  try {
    return await work;
  } catch (error) {
    if (isSystemError(error instanceof DaybookError ? error.cause : error, 'ENOENT')) return missing;
    throw error;
  }
}

/** Says in one sentence what could not be done, and why, when the file system refuses. */
async function guarded<T>(doing: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `The folder of the data would not ${doing}: ${why}. See to its disk, its space and its permissions, then run again.`;
    throw new DaybookError('target-failed', message, { cause: error });
  }
}

async function* readPart(
  path: string,
  part: Part,
  ranges: readonly Range[] | undefined,
): AsyncIterable<Uint8Array> {
  const there = await unlessMissing(stat(path), undefined);
  if (there?.size !== part.bytes) {
    const found = there === undefined ? 'is not there' : `has ${there.size} bytes instead of ${part.bytes}`;
    throw new DaybookError(
      'part-damaged',
      `The part ${part.path} ${found}: restore it from a backup, or make its task again with --force.`,
    );
  }
  if (ranges === undefined) {
    yield* createReadStream(path) as AsyncIterable<Uint8Array>;
    return;
  }
  for (const { start, length } of ranges) {
    if (length > 0)
      yield* createReadStream(path, { start, end: start + length - 1 }) as AsyncIterable<Uint8Array>;
  }
}

async function newestMs(folder: string): Promise<number> {
  let newest = (await unlessMissing(stat(folder), undefined))?.mtimeMs ?? 0;
  const entries = await unlessMissing(readdir(folder, { recursive: true }), []);
  for (const entry of entries)
    newest = Math.max(newest, (await unlessMissing(stat(join(folder, entry)), undefined))?.mtimeMs ?? 0);
  return newest;
}
