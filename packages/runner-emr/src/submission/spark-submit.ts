import type { SparkFile, SparkJob, Values } from '@daybook/core';
import { DaybookError } from '@daybook/core';

/** EMR takes so many characters of arguments in one step. */
export const mostArgumentCharacters = 10_240;

/** Settings of Spark by name, given by the user. */
export type SparkSettings = Readonly<Record<string, string>>;

/**
 * What a program of the user's own has unless its settings or the program itself say otherwise: so that what it computes, and
 * the files that it writes, are those of a SQL job. The application sets these by itself, and more.
 */
const programSettings: SparkSettings = {
  'spark.sql.ansi.enabled': 'true',
  'spark.sql.parquet.compression.codec': 'zstd',
  'spark.sql.parquet.datetimeRebaseModeInRead': 'CORRECTED',
  'spark.sql.parquet.datetimeRebaseModeInWrite': 'CORRECTED',
  'spark.sql.parquet.outputTimestampType': 'TIMESTAMP_MICROS',
  'spark.sql.session.timeZone': 'UTC',
  'spark.sql.sources.partitionOverwriteMode': 'STATIC',
};

/** A repeat would have another application id, and the runner decides what is tried again. */
const always: SparkSettings = { 'spark.yarn.maxAppAttempts': '1' };

/** Works of a plan run beside each other: without it a large one would hold up the small ones behind it. */
const applicationSettings: SparkSettings = { ...always, 'spark.scheduler.mode': 'FAIR' };

/** The arguments of `command-runner.jar` for a submission of works that the application does. */
export function applicationStep(step: {
  /** Where the application's script is, as a Hadoop path. */
  readonly script: string;
  /** Where the plan is, as a Hadoop path. */
  readonly plan: string;
  readonly settings?: SparkSettings;
}): readonly string[] {
  const settings = { ...step.settings, ...applicationSettings };
  return checked(
    ['spark-submit', '--deploy-mode', 'client', ...confs(settings), step.script, step.plan],
    'the application',
    'Give fewer or shorter settings of Spark',
  );
}

/**
 * The arguments of `command-runner.jar` for the program of a `spark` job: its own arguments, then where its inputs are told
 * and where it is to write.
 */
export function programStep(step: {
  readonly task: string;
  readonly job: SparkJob;
  readonly values: Values;
  /** Where a file of the job is on the cluster's side, as a Hadoop path. */
  readonly place: (file: SparkFile) => string;
  /** Where the document of its inputs is, as a Hadoop path. */
  readonly inputs: string;
  /** The folder that it writes Parquet into, as a Hadoop path. */
  readonly output: string;
  readonly settings?: SparkSettings;
}): readonly string[] {
  const { job, place } = step;
  const settings = { ...programSettings, ...step.settings, ...always };
  const own = (job.arguments ?? []).map((each) =>
    typeof each === 'string' ? each : String(step.values[each.param] ?? ''),
  );
  const besides = (flag: string, files: readonly SparkFile[]): readonly string[] =>
    files.length === 0 ? [] : [flag, files.map(place).join(',')];
  const files = Map.groupBy(job.files ?? [], flagOf);
  return checked(
    [
      'spark-submit',
      '--deploy-mode',
      'client',
      ...confs(settings),
      ...(job.mainClass === undefined ? [] : ['--class', job.mainClass]),
      ...[...files].flatMap(([flag, some]) => besides(flag, some)),
      place(job.program),
      ...own,
      '--daybook-inputs',
      step.inputs,
      '--daybook-output',
      step.output,
    ],
    step.task,
    'Hand long arguments over in a file of the job',
  );
}

function confs(settings: SparkSettings): readonly string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['--conf', `${name}=${value}`]);
}

/** By which flag `spark-submit` takes a file that goes with a program. */
function flagOf({ name }: SparkFile): string {
  if (name.endsWith('.jar')) return '--jars';
  return /\.(py|zip|egg)$/.test(name) ? '--py-files' : '--files';
}

function checked(words: readonly string[], what: string, remedy: string): readonly string[] {
  const characters = words.reduce((sum, word) => sum + word.length, 0);
  if (characters <= mostArgumentCharacters) return words;
  throw new DaybookError(
    'definition-invalid',
    `The step of ${what} has arguments of ${characters} characters, and EMR takes ${mostArgumentCharacters}. ${remedy}.`,
  );
}
