import { DaybookError } from '../errors.ts';
import type { Part } from '../manifest.ts';
import type { AttemptToken, Range, Stage, Target } from '../target.ts';
import { attemptPath, manifestPath } from '../target.ts';
import type { TaskId, TaskName } from '../task.ts';
import { joinTaskId, splitTaskId } from '../task.ts';

export interface MemoryTargetsOptions {
  /** When files are written, in ms since 1970. Default: always at 0. */
  readonly nowMs?: () => number;
}

/** A target in memory, with a way to look at all that it holds. */
export interface MemoryTarget extends Target {
  /** Every file by its path below the root: manifests and parts, in order of path. The bytes are not copies. */
  files(): ReadonlyMap<string, Uint8Array>;
}

interface MemoryFile {
  readonly bytes: Uint8Array;
  readonly writtenMs: number;
}

/**
 * A target that keeps everything in memory and loses it with the process, for tests and simulations. It has the layout and
 * the guarantees of a folder: a manifest is created once, whole, and never changed.
 * @example const target = memoryTargets();
 */
export function memoryTargets(options: MemoryTargetsOptions = {}): MemoryTarget {
  const nowMs = options.nowMs ?? (() => 0);
  const files = new Map<string, MemoryFile>();
  const newestVersions = new Map<TaskName, Map<TaskId, number>>();
  const put = (path: string, bytes: Uint8Array): void => {
    files.set(path, { bytes: bytes.slice(), writtenMs: nowMs() });
  };
  const target: MemoryTarget = {
    name: 'memory:///',
    async *taskNames() {
      yield* [...newestVersions.keys()].sort();
    },
    async *currentVersions(under) {
      const newest = [...(newestVersions.get(under) ?? [])].sort(byPath);
      for (const [task, version] of newest) yield { task, version };
    },
    async currentVersion(task) {
      return newestVersions.get(splitTaskId(task).name)?.get(task) ?? 0;
    },
    async readManifest(task, version) {
      return files.get(manifestPathOf(task, version))?.bytes.slice();
    },
    async createManifest(task, version, bytes) {
      const path = manifestPathOf(task, version);
      if (files.has(path)) return 'exists';
      put(path, bytes);
      const { name } = splitTaskId(task);
      const newest = newestVersions.get(name) ?? new Map<TaskId, number>();
      newestVersions.set(name, newest.set(task, Math.max(newest.get(task) ?? 0, version)));
      return 'created';
    },
    stage: (task, attempt) => memoryStage(attemptPathOf(task, attempt), files, put),
    async *read(part, ranges) {
      yield* readPart(files.get(part.path)?.bytes, part, ranges);
    },
    async *attempts(under) {
      const found = new Map<string, { newestMs: number; bytes: number }>();
      for (const [path, file] of [...files].sort(byPath)) {
        const [name, kind, segment, attempt] = path.split('/');
        if (name !== under || kind !== 'attempts') continue;
        const key = `${segment}/${attempt}`;
        const { newestMs, bytes } = found.get(key) ?? { newestMs: 0, bytes: 0 };
        found.set(key, {
          newestMs: Math.max(newestMs, file.writtenMs),
          bytes: bytes + file.bytes.length,
        });
      }
      for (const [key, measured] of found) {
        const [segment = '', attempt = ''] = key.split('/');
        yield { task: joinTaskId(under, segment), attempt, ...measured };
      }
    },
    async remove({ task, attempt }) {
      const folder = attemptPathOf(task, attempt);
      for (const path of files.keys()) if (path.startsWith(folder)) files.delete(path);
    },
    files: () => new Map([...files].sort(byPath).map(([path, { bytes }]) => [path, bytes])),
  };
  return Object.freeze(target);
}

function memoryStage(
  path: string,
  files: ReadonlyMap<string, MemoryFile>,
  put: (path: string, bytes: Uint8Array) => void,
): Stage {
  return {
    uri: `memory:///${path}`,
    path,
    async write(name, bytes) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of bytes) chunks.push(chunk);
      const whole = new Uint8Array(Buffer.concat(chunks));
      put(`${path}${name}`, whole);
      return { name, bytes: whole.length };
    },
    async sync(names) {
      return names.map((name) => {
        const file = files.get(`${path}${name}`);
        if (file === undefined)
          throw new DaybookError('target-failed', `${name} was never written to the stage ${path}.`);
        return { name, bytes: file.bytes.length };
      });
    },
  };
}

function* readPart(
  bytes: Uint8Array | undefined,
  part: Part,
  ranges: readonly Range[] | undefined,
): Iterable<Uint8Array> {
  if (bytes?.length !== part.bytes) {
    const found = bytes === undefined ? 'is not there' : `has ${bytes.length} bytes instead of ${part.bytes}`;
    throw new DaybookError(
      'part-damaged',
      `The part ${part.path} ${found}: make its task again with --force.`,
    );
  }
  if (ranges === undefined) yield bytes.slice();
  else for (const { start, length } of ranges) if (length > 0) yield bytes.slice(start, start + length);
}

function manifestPathOf(task: TaskId, version: number): string {
  const { name, segment } = splitTaskId(task);
  return manifestPath(name, segment, version);
}

function attemptPathOf(task: TaskId, attempt: AttemptToken): string {
  const { name, segment } = splitTaskId(task);
  return attemptPath(name, segment, attempt);
}

function byPath([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
