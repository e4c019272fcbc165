import type { DoctorLine } from './doctor.ts';
import type { Part } from './manifest.ts';
import type { TaskId, TaskName } from './task.ts';

/** `<version, 8 digits>-<id, 32 hex digits>`: names one attempt, and is never used again. */
export type AttemptToken = string;

/** A stretch of bytes: from `start`, `length` of them. */
export interface Range {
  readonly start: number;
  readonly length: number;
}

export interface StagedFile {
  readonly name: string;
  readonly bytes: number;
  readonly tag?: string;
}

/** Where one attempt writes; nobody reads it until a manifest names its parts. */
export interface Stage {
  /** `file:///…/` or `s3://…/`, with a slash at its end. An engine may write files there by itself. */
  readonly uri: string;
  /** Below the target's root, with a slash at its end: the beginning of the path of every part. */
  readonly path: string;
  /** Writes a file as its bytes come, in place of one of that name; the name may have folders. Passes on what `bytes` throws. */
  write(name: string, bytes: AsyncIterable<Uint8Array>): Promise<StagedFile>;
  /**
   * Makes the files `names` durable, whoever wrote them, and tells their sizes and tags in that order. A file that is not
   * there is the error `target-failed`, which names it.
   */
  sync(names: readonly string[]): Promise<readonly StagedFile[]>;
}

/** One attempt found in a target, with the newest time at which a file of it was written, in ms since 1970. */
export interface AttemptRef {
  readonly task: TaskId;
  readonly attempt: AttemptToken;
  readonly newestMs: number;
  /** The size of all its files, where listing them tells it. */
  readonly bytes?: number;
}

/** Where outputs live. A plugin: a value such as `fileTargets({ root })`. Its laws are at `@daybook/core/testing`. */
export interface Target {
  /** The URI of its root. */
  readonly name: string;
  /** Every name that has a version, once; in no order. */
  taskNames(): AsyncIterable<TaskName>;
  /** The newest version of each task of one name, by one paged listing; never cached. */
  currentVersions(under: TaskName): AsyncIterable<{ readonly task: TaskId; readonly version: number }>;
  /** The newest version of a task, 0 where there is none; never cached. */
  currentVersion(task: TaskId): Promise<number>;
  /** The bytes of a manifest; undefined where there is none. */
  readManifest(task: TaskId, version: number): Promise<Uint8Array | undefined>;
  /** Creates the manifest if there is none of that version, durably and as a whole: the one atomic step. */
  createManifest(task: TaskId, version: number, bytes: Uint8Array): Promise<'created' | 'exists'>;
  stage(task: TaskId, attempt: AttemptToken): Stage;
  /**
   * The bytes of a part; with `ranges`, theirs one after the other, of each what lies before the end. A part that is not
   * there, or whose size or tag is another than recorded, is the error `part-damaged` before any byte, of no ranges too.
   */
  read(part: Part, ranges?: readonly Range[]): AsyncIterable<Uint8Array>;
  /** Every attempt at tasks of one name that has a file, once. */
  attempts(under: TaskName): AsyncIterable<AttemptRef>;
  /** Removes an attempt's files; one that is gone already is no error. For `daybook gc` only. */
  remove(attempt: AttemptRef): Promise<void>;
  /** Tries out what the target needs of the place where it is, and tells of each how it went. Nothing of it stays. */
  doctor?(): Promise<readonly DoctorLine[]>;
}

/** The token of the attempt `id` at `version`. */
export function attemptToken(version: number, id: string): AttemptToken {
  return `${versionText(version)}-${id}`;
}

/** A version as it stands in file names: eight digits. */
export function versionText(version: number): string {
  return String(version).padStart(8, '0');
}

/** The path of a manifest below a target's root. */
export function manifestPath(name: TaskName, segment: string, version: number): string {
  return `${name}/versions/${segment}/${versionText(version)}.json`;
}

/** The path of an attempt's parts below a target's root, with a slash at its end. */
export function attemptPath(name: TaskName, segment: string, attempt: AttemptToken): string {
  return `${name}/attempts/${segment}/${attempt}/`;
}

/** The version that a manifest's file name tells; 0 of a file that is no manifest. */
export function versionOfManifest(fileName: string): number {
  return /^\d{8}\.json$/.test(fileName) ? Number(fileName.slice(0, 8)) : 0;
}

/** The version that an attempt goes for, by its token; undefined of a name that is no token. */
export function versionOfToken(name: string): number | undefined {
  const [, version] = /^(\d{8})-[0-9a-f]{32}$/.exec(name) ?? [];
  return version === undefined ? undefined : Number(version);
}
