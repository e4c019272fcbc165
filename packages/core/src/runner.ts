import type { Day } from './calendar.ts';
import type { ControlResult } from './control.ts';
import type { Cost } from './cost.ts';
import type { DoctorLine } from './doctor.ts';
import type { ErrorReport } from './errors.ts';
import type { Job, Json } from './job.ts';
import type { Manifest, Part, RunnerFacts } from './manifest.ts';
import type { PluginCommand } from './plugin-command.ts';
import type { PinnedInput } from './decide.ts';
import type { Refusal, Statement } from './sql/check.ts';
import type { AttemptToken, Stage, Target } from './target.ts';
import type { Inputs, Task } from './task.ts';

/** An input as a job reads it: pinned by the worker, with the parts of that version. */
export interface WorkInput extends PinnedInput {
  readonly parts: readonly Part[];
}

/** One attempt's work, as a runner gets it. */
export interface Work {
  readonly task: Task;
  readonly attempt: AttemptToken;
  readonly job: Job;
  /** The inputs as declared, for their columns. */
  readonly declared: Inputs;
  readonly inputs: readonly WorkInput[];
  readonly stage: Stage;
  /** The current version, if there is one. */
  readonly current?: Pick<Manifest, 'source' | 'codeDigest' | 'fingerprint'>;
  readonly codeDigest: string;
  readonly signal: AbortSignal;
  /** Counted from when the job itself begins, and enforced by the runner. */
  readonly timeoutMs?: number;
}

/** How far an attempt is, for people. */
export interface Progress {
  readonly attempt: AttemptToken;
  readonly phase: string;
  readonly done?: number;
  readonly total?: number;
  readonly unit?: string;
}

export interface RunContext {
  readonly target: Target;
  readonly run: string;
  /** The path of the user's configuration, which child processes import; undefined when used as a library. */
  readonly configPath?: string;
  readonly today: Day;
  progress(progress: Progress): void;
}

/** How one Work ended, as its runner tells it, and what it cost where that is known. Staged and measured, never published. */
export type Outcome = { readonly attempt: AttemptToken; readonly cost?: Cost } & (
  | {
      readonly kind: 'staged';
      readonly parts: readonly Part[];
      readonly rows: number;
      readonly fingerprint: string;
      readonly controls: readonly ControlResult[];
      readonly source?: Json;
      readonly runner: RunnerFacts;
    }
  | { readonly kind: 'not-modified'; readonly source: Json; readonly runner: RunnerFacts }
  | { readonly kind: 'waiting'; readonly for: string }
  | { readonly kind: 'blocked'; readonly controls: readonly ControlResult[] }
  | { readonly kind: 'failed'; readonly fault: 'task' | 'infrastructure'; readonly error: ErrorReport }
  | { readonly kind: 'timed-out' }
  | { readonly kind: 'crashed'; readonly error: ErrorReport }
  | { readonly kind: 'cancelled' }
);

/** What a runner tells of what it has beside the machine. Times are in milliseconds since 1970. */
export type RunnerEvent =
  /** It has a cluster that it asked for. */
  | { readonly kind: 'cluster-created'; readonly cluster: string; readonly sinceMs: number }
  /** A cluster that it asked for, or that a dead process left, is known to be ending; `cost` is what it came to, where known. */
  | {
      readonly kind: 'cluster-ended';
      readonly cluster: string;
      readonly sinceMs: number;
      readonly untilMs: number;
      readonly cost?: Cost;
    };

/** What `readRows` is asked for. */
export interface RowsOptions {
  readonly orderBy: readonly string[];
  readonly limit?: number;
  /** `tsv`: each row a line without its line feed; `json`: each row a JSON array of texts and nulls. */
  readonly as: 'tsv' | 'json';
}

/** Where jobs run. A plugin: a value such as `localRunner()`. Its laws are at `@daybook/core/testing`. */
export interface Runner {
  readonly name: string;
  readonly kinds: readonly Job['kind'][];
  /** How many tasks of one name are worth running as one submission. Default 1. */
  readonly batchMax?: number;
  /** How long the first of them is held back at most while more can become ready. Default 0. */
  readonly batchWaitMs?: number;
  /** One outcome for each Work, as it ends. */
  run(batch: readonly Work[], context: RunContext): AsyncIterable<Outcome>;
  /** No task that it could take can still run: let go of all that costs. */
  release?(): Promise<void>;
  close?(): Promise<void>;
  /** From now on tells `told`, which never throws, of each event once, and nobody whom it told before. Waits for nothing. */
  watch?(told: (event: RunnerEvent) => void): void;
  /** The rows of a table's parts as text, streamed. */
  readRows?(
    target: Target,
    parts: readonly Part[],
    columns: Manifest['output'],
    options: RowsOptions,
  ): AsyncIterable<readonly string[]>;
  /** The fingerprint of a derived table's parts, made anew. */
  fingerprint?(target: Target, parts: readonly Part[], columns: Manifest['output']): Promise<string>;
  /**
   * Parses and binds statements against empty tables, and tells what it refuses in each, in their order. Runs none of them.
   */
  check?(statements: readonly Statement[]): Promise<readonly (readonly Refusal[])[]>;
  /** What the answers of `check` depend on besides the statements, such as versions; its answers can be kept as long. */
  readonly checkedBy?: string;
  /** Tries out what the runner needs of the place where it runs, such as its engine, and tells of each how it went. */
  doctor?(): Promise<readonly DoctorLine[]>;
  /** Commands of its own, which `daybook` offers. */
  readonly commands?: readonly PluginCommand[];
}
