import type { Dirent } from 'node:fs';
import { createReadStream } from 'node:fs';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { AttemptRef, Part, Range, Target, TaskId } from '@daybook/core';
import {
  attemptPath,
  DaybookError,
  joinTaskId,
  manifestPath,
  splitTaskId,
  versionOfManifest,
  versionOfToken,
} from '@daybook/core';
import { createOnce } from './create-once.ts';
import { fileDoctor } from './doctor.ts';
import { fileStage } from './file-stage.ts';
import { guarded, guardedChunks, unlessMissing } from './guarded.ts';
import { lastingFolders } from './lasting-folders.ts';

export interface FileTargetsOptions {
  /** The folder, a path or a `file:` URL; it is made if it is not there. A relative path is relative to the current folder. */
  readonly root: string | URL;
}

/** How many folders are listed at once. */
const listedAtOnce = 64;

/**
 * A folder as the home of the data. Publication is `link(2)` of a synced file, so the folder must be on one file system that
 * has hard links; several processes on one machine may use it at once.
 * @example fileTargets({ root: new URL('./data', import.meta.url) })
 */
export function fileTargets(options: FileTargetsOptions): Target {
  const root = resolve(options.root instanceof URL ? fileURLToPath(options.root) : rootPath(options.root));
  const folders = lastingFolders(root);
  const versionsFolder = (task: TaskId): string => {
    const { name, segment } = splitTaskId(task);
    return join(root, name, 'versions', segment);
  };
  const target: Target = {
    name: pathToFileURL(`${root}/`).href,
    async *taskNames() {
      for (const name of await foldersIn(root))
        if ((await foldersIn(join(root, name, 'versions'))).length > 0) yield name;
    },
    async *currentVersions(under) {
      const segments = await foldersIn(join(root, under, 'versions'));
      for (let from = 0; from < segments.length; from += listedAtOnce) {
        const tasks = segments.slice(from, from + listedAtOnce).map((segment) => joinTaskId(under, segment));
        const current = await Promise.all(
          tasks.map(async (task) => ({ task, version: await target.currentVersion(task) })),
        );
        yield* current.filter(({ version }) => version > 0);
      }
    },
    async currentVersion(task) {
      const folder = versionsFolder(task);
      const names = await unlessMissing(
        guarded(`list ${folder}`, () => readdir(folder)),
        [],
      );
      return names.reduce((newest, name) => Math.max(newest, versionOfManifest(name)), 0);
    },
    async readManifest(task, version) {
      const { name, segment } = splitTaskId(task);
      return await unlessMissing(
        guarded(`read ${task}`, () => readFile(join(root, manifestPath(name, segment, version)))),
        undefined,
      );
    },
    async createManifest(task, version, bytes) {
      const { name, segment } = splitTaskId(task);
      const [path, attempts] = [manifestPath(name, segment, version), join(name, 'attempts', segment)];
      return await guarded(`publish version ${version} of ${task}`, () =>
        createOnce(root, folders, path, attempts, version, bytes),
      );
    },
    stage(task, attempt) {
      const { name, segment } = splitTaskId(task);
      return fileStage(root, folders, attemptPath(name, segment, attempt));
    },
    read: (part, ranges) => readPart(join(root, part.path), part, ranges),
    async *attempts(under) {
      for (const segment of await foldersIn(join(root, under, 'attempts'))) {
        const folder = join(root, under, 'attempts', segment);
        for (const attempt of await attemptsIn(folder)) {
          yield {
            task: joinTaskId(under, segment),
            attempt,
            ...(await measured(join(folder, attempt))),
          };
        }
      }
    },
    async remove({ task, attempt }: AttemptRef) {
      const { name, segment } = splitTaskId(task);
      await guarded(`remove ${attempt}`, () =>
        rm(join(root, name, 'attempts', segment, attempt), { recursive: true, force: true }),
      );
    },
    doctor: () => fileDoctor(root),
  };
  return Object.freeze(target);
}

function rootPath(root: string): string {
  return root.startsWith('file:') ? fileURLToPath(root) : root;
}

/** The folders in a folder, in order. Files that others left there, such as a `.DS_Store`, are none of ours. */
async function foldersIn(folder: string): Promise<readonly string[]> {
  return (await entriesOf(folder)).flatMap((entry) => (entry.isFile() ? [] : [entry.name])).sort();
}

/** The attempts at one task, in order: folders, and manifests that were not linked before a crash. */
async function attemptsIn(folder: string): Promise<readonly string[]> {
  const entries = await entriesOf(folder);
  const found = entries.filter((entry) => !entry.isFile() || versionOfToken(entry.name) !== undefined);
  return found.map(({ name }) => name).sort();
}

async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  return await unlessMissing(
    guarded(`list ${folder}`, () => readdir(folder, { withFileTypes: true })),
    [],
  );
}

async function* readPart(
  path: string,
  part: Part,
  ranges: readonly Range[] | undefined,
): AsyncIterable<Uint8Array> {
  const doing = `read ${part.path}`;
  const there = await unlessMissing(
    guarded(doing, () => stat(path)),
    undefined,
  );
  if (there?.size !== part.bytes) {
    const found = there === undefined ? 'is not there' : `has ${there.size} bytes instead of ${part.bytes}`;
    throw new DaybookError(
      'part-damaged',
      `The part ${part.path} ${found}: restore it from a backup, or make its task again with --force.`,
    );
  }
  if (ranges === undefined) {
    yield* guardedChunks(doing, createReadStream(path));
    return;
  }
  for (const { start, length } of ranges) {
    if (length > 0) yield* guardedChunks(doing, createReadStream(path, { start, end: start + length - 1 }));
  }
}

/** When an attempt or anything in it was last written, and the size of its files. What goes meanwhile counts for nothing. */
async function measured(path: string): Promise<{ readonly newestMs: number; readonly bytes: number }> {
  const itself = await unlessMissing(stat(path), undefined);
  if (itself?.isFile() === true) return { newestMs: itself.mtimeMs, bytes: itself.size };
  let newestMs = itself?.mtimeMs ?? 0;
  let bytes = 0;
  const entries = await unlessMissing(readdir(path, { recursive: true }), []);
  for (const entry of entries) {
    const there = await unlessMissing(stat(join(path, entry)), undefined);
    newestMs = Math.max(newestMs, there?.mtimeMs ?? 0);
    if (there?.isFile() === true) bytes += there.size;
  }
  return { newestMs, bytes };
}
