import { fileURLToPath } from 'node:url';
import { join, resolve } from 'node:path';
import type {
  Columns,
  CompiledControl,
  Control,
  ControlResult,
  Declaration,
  ErrorReport,
  JobKind,
  Json,
  RunnerFacts,
  RunContext,
  Values,
  Work,
} from '@daybook/core';
import { columnsOf, compileControl, declarationOf, readsExpected, renderSql, tasksOf } from '@daybook/core';
import type { LocalParts } from './local-parts.ts';

/** One task of an input: its parts as local files and, in a list, its parameters as extra columns. */
export interface LocalMember {
  readonly paths: readonly string[];
  readonly extra: Values;
}

/** One input: what it is called, its columns as the job sees them, those of them stored, and where its rows are. */
export interface LocalInput {
  readonly name: string;
  readonly columns: Columns;
  readonly stored: readonly string[];
  readonly orderBy: readonly string[];
  readonly members: readonly LocalMember[];
}

/** A control, compiled. */
export interface LocalControl {
  readonly name: string;
  readonly compiled: CompiledControl;
  readonly readsExpected: boolean;
  readonly remedy?: string;
}

/** Everything that a child process needs to do one attempt; plain JSON. It finds functions in the user's configuration. */
export interface LocalJob {
  readonly kind: JobKind;
  readonly task: string;
  readonly taskName: string;
  /** Of the code that was planned; what a child process finds in the configuration must have the same. */
  readonly codeDigest: string;
  readonly values: Values;
  readonly today: string;
  readonly configPath?: string;
  /** The statement of a SQL job, its parameters in place. */
  readonly statement?: string;
  readonly inputs: readonly LocalInput[];
  /** The paths among those of the inputs where there is a footer and no column yet. */
  readonly footers: readonly string[];
  readonly declaration: Declaration;
  readonly columns: Columns;
  readonly controls: readonly LocalControl[];
  /** A local folder to write the output into. */
  readonly folder: string;
  /** A local folder for everything else, removed with the attempt. */
  readonly scratch: string;
  /** A local folder that outlives the attempt, for what does not fit into memory. */
  readonly spill: string;
  /** The current version, when the code that made it is the code now. */
  readonly current?: { readonly source?: Json; readonly fingerprint: string };
  /** Whether there is a version, whatever code made it. */
  readonly published: boolean;
  readonly threads: number;
  /** What DuckDB may use, in bytes. A load job asks for it itself, once it knows how large its file is. */
  readonly memoryBytes: number | undefined;
}

/** One file written into the job's folder. */
export interface LocalFile {
  readonly name: string;
  readonly rows: number;
  readonly sha256: string;
}

/** How a job ended. */
export type LocalResult =
  | {
      readonly kind: 'staged';
      readonly files: readonly LocalFile[];
      readonly rows: number;
      readonly fingerprint: string;
      readonly controls: readonly ControlResult[];
      readonly source?: Json;
      readonly runner: RunnerFacts;
    }
  | { readonly kind: 'not-modified'; readonly source: Json; readonly runner: RunnerFacts }
  | { readonly kind: 'waiting'; readonly for: string }
  | { readonly kind: 'blocked'; readonly controls: readonly ControlResult[] }
  | { readonly kind: 'failed'; readonly fault: 'task' | 'infrastructure'; readonly error: ErrorReport };

/** What a job asks of whoever hosts it. */
export interface JobHost {
  readonly signal: AbortSignal;
  progress(step: {
    readonly phase: string;
    readonly done?: number;
    readonly total?: number;
    readonly unit?: string;
  }): void;
  /** Waits until about so many bytes of memory may be used, and tells how many are granted. */
  memory(bytes: number): Promise<number>;
  /**
   * Brings these columns, or all, of the parts of which there are footers only: the path of a file that has them, by the
   * path of the footer.
   */
  columns(names: readonly string[] | undefined): Promise<ReadonlyMap<string, string>>;
}

export interface LocalMeans {
  readonly scratch: string;
  readonly spill: string;
  readonly threads: number;
  readonly memoryBytes: number | undefined;
  readonly parts: Pick<LocalParts, 'paths' | 'footers'>;
}

/** Where a job writes: the stage itself where it is a local folder, else a folder that is uploaded afterwards. */
export function outputFolder(work: Work, scratch: string): string {
  return work.stage.uri.startsWith('file:')
    ? resolve(fileURLToPath(work.stage.uri))
    : join(scratch, 'output');
}

/** A Work as plain JSON, with its SQL rendered for DuckDB. */
export function localJobOf(work: Work, context: RunContext, means: LocalMeans): LocalJob {
  const { task, job } = work;
  const { definition, values } = task;
  const { params } = definition;
  const columns = definition.output?.kind === 'table' ? definition.output.columns : {};
  const compile = (control: Control): LocalControl => ({
    name: control.name,
    compiled: compileControl(control, { params, values, output: columns, dialect: 'duckdb' }),
    readsExpected: readsExpected(control, params, values),
    ...(control.remedy === undefined ? {} : { remedy: control.remedy }),
  });
  return {
    kind: job.kind,
    task: task.id,
    taskName: task.name,
    codeDigest: work.codeDigest,
    values,
    today: context.today,
    ...(context.configPath === undefined ? {} : { configPath: context.configPath }),
    ...(job.kind === 'sql' ? { statement: renderSql(job, params, values, 'duckdb') } : {}),
    inputs: localInputs(work, means),
    footers: means.parts.footers,
    declaration: declarationOf(definition.output ?? { kind: 'files' }),
    columns,
    controls: definition.controls.map(compile),
    folder: outputFolder(work, means.scratch),
    scratch: means.scratch,
    spill: means.spill,
    ...(work.current?.codeDigest === work.codeDigest ? { current: currentOf(work.current) } : {}),
    published: work.current !== undefined,
    threads: means.threads,
    memoryBytes: means.memoryBytes,
  };
}

function currentOf(current: NonNullable<Work['current']>): NonNullable<LocalJob['current']> {
  return {
    fingerprint: current.fingerprint,
    ...(current.source === undefined ? {} : { source: current.source }),
  };
}

function localInputs(work: Work, means: LocalMeans): readonly LocalInput[] {
  const pinned = new Map(work.inputs.map((input) => [`${input.input} ${input.task}`, input]));
  return Object.entries(work.declared).flatMap(([name, input]) => {
    const { output } = input.definition;
    if (output === undefined) return [];
    const table = output.kind === 'table' ? output : { columns: {}, orderBy: [] };
    const members = tasksOf(input).map((task) => ({
      paths: (pinned.get(`${name} ${task.id}`)?.parts ?? []).map(
        (part) => means.parts.paths.get(part.path) ?? part.path,
      ),
      extra: input.kind === 'list' ? task.values : {},
    }));
    return [
      {
        name,
        columns: columnsOf(input),
        stored: Object.keys(table.columns),
        orderBy: table.orderBy,
        members,
      },
    ];
  });
}
