import type { Day } from './calendar.ts';
import type { Declaration } from './code-digest.ts';
import type { ControlResult } from './control.ts';
import type { Cost } from './cost.ts';
import { sha256 } from './digest.ts';
import { DaybookError } from './errors.ts';
import type { Json } from './job.ts';
import type { Reason } from './decide.ts';
import type { TaskId } from './task.ts';

/** One data file of a version. */
export interface Part {
  /** Below the target's root, with `/`. */
  readonly path: string;
  readonly bytes: number;
  /** 0 for a named file, which has no rows. */
  readonly rows: number;
  readonly sha256: string;
  /** What the target gave it when it was made durable: on S3 the ETag, in a folder nothing. */
  readonly tag?: string;
}

/** One input of a version, as it was when the version was made. */
export interface RecordedInput {
  readonly input: string;
  readonly task: TaskId;
  readonly version: number;
  readonly fingerprint: string;
}

/** What the runner was: its name, its engine and their versions, as text by name. */
export type RunnerFacts = Readonly<Record<string, string>>;

/** One version of a task's output: its parts, and where they came from. Created once, never changed or removed. */
export interface Manifest {
  readonly format: 1;
  readonly task: TaskId;
  readonly version: number;
  /** SHA-256 of the bytes of the version before; null for the first. */
  readonly previous: string | null;
  readonly attempt: string;
  /** When it was published, ISO 8601 in UTC. */
  readonly publishedAt: string;
  /** The accounting today of the run. */
  readonly today: Day;
  readonly reason: Reason;
  readonly codeDigest: string;
  readonly output: Declaration;
  readonly source?: Json;
  readonly inputs: readonly RecordedInput[];
  readonly parts: readonly Part[];
  readonly rows: number;
  readonly fingerprint: string;
  readonly controls: readonly ControlResult[];
  readonly runner: RunnerFacts;
  readonly durationMs: number;
  readonly cost?: Cost;
}

/** The bytes of a manifest: JSON that a person can read, one line feed at its end. */
export function manifestBytes(manifest: Manifest): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(manifest, undefined, 1)}\n`);
}

/** The digest by which the next version names this one. */
export function chainDigest(bytes: Uint8Array): string {
  return sha256(bytes);
}

/** Reads a manifest's bytes. What is not a manifest of this task and version is an error that names it. */
export function parseManifest(bytes: Uint8Array, task: TaskId, version: number): Manifest {
  const invalid = (why: string, cause?: unknown): DaybookError =>
    new DaybookError(
      'manifest-invalid',
      `Version ${version} of ${task} cannot be read: ${why}. Restore its manifest from a backup; Daybook never changes one.`,
      { cause },
    );
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw invalid('it is not JSON', error);
  }
  const manifest = value as Manifest;
  if (typeof value !== 'object' || value === null) throw invalid('it is not an object');
  if (manifest.format !== 1)
    throw invalid(
      `its format is ${String(manifest.format)} and this Daybook knows format 1; use a newer one`,
    );
  if (manifest.task !== task || manifest.version !== version)
    throw invalid(`it says that it is version ${manifest.version} of ${manifest.task}`);
  if (
    !Array.isArray(manifest.parts) ||
    !Array.isArray(manifest.inputs) ||
    typeof manifest.fingerprint !== 'string'
  ) {
    throw invalid('it has no parts, inputs or fingerprint');
  }
  return manifest;
}
