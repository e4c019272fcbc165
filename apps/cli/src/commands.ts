import type { CommandName } from './invocation.ts';
import type { OptionSpec } from './option-spec.ts';
import { flag, value } from './option-spec.ts';
import { productionSpecs } from './production-specs.ts';
import { upkeepSpecs } from './upkeep-specs.ts';

/** One command as `--help` tells it. */
export interface CommandSpec {
  readonly name: CommandName;
  /** What stands after `daybook`. */
  readonly usage: string;
  /** One line, in the list of commands. */
  readonly summary: string;
  readonly help: string;
  /** What may stand without a flag: one task with its parameters, one name of a task or none, several, another word, several, nothing. */
  readonly takes: 'one task' | 'a name' | 'tasks' | 'a word' | 'words' | 'nothing';
  /** The words that may stand there, where it takes one of few. */
  readonly offers?: readonly string[];
  /** Whether a range of days or months is taken. */
  readonly ranges?: boolean;
  readonly options: Readonly<Record<string, OptionSpec>>;
  readonly examples: readonly (readonly [string, string])[];
}

const everywhere = 'Everywhere:';

/** The options that every command takes. */
export const globalOptions: Readonly<Record<string, OptionSpec>> = {
  config: {
    ...value('The configuration. Default: daybook.config.ts, .mts, .js or .mjs here or in a folder above.'),
    group: everywhere,
  },
  today: {
    ...value('The accounting today, YYYY-MM-DD. Default: the day it is in the zone of the configuration.'),
    group: everywhere,
  },
  json: { ...flag('Print one JSON document on stdout, and nothing else there.'), group: everywhere },
  debug: { ...flag('Print stack traces of bugs.'), group: everywhere },
};

/** The options that choose which tasks a command is for. */
function whichTasks(spec: CommandSpec): Readonly<Record<string, OptionSpec>> {
  const group = 'Which tasks:';
  const range = {
    from: { ...value('The first day (or month) of a range; comes with --through.'), group },
    through: {
      ...value('The last day (or month) of a range, or the parameter "through" of the task.'),
      group,
    },
  };
  if (spec.takes !== 'one task') return range;
  return {
    date: { ...value('The day of a daily task, YYYY-MM-DD.'), group },
    month: { ...value('The month of a monthly task, YYYY-MM.'), group },
    ...(spec.ranges === true ? range : {}),
  };
}

/** The options of a command besides those that every command takes: which tasks, and its own. */
export function optionsOf(spec: CommandSpec): Readonly<Record<string, OptionSpec>> {
  const own = Object.entries(spec.options).map(([name, option]) => [name, { ...option, group: 'Options:' }]);
  return {
    ...(spec.takes === 'one task' || spec.ranges === true ? whichTasks(spec) : {}),
    ...(Object.fromEntries(own) as typeof spec.options),
  };
}

const wishes = {
  force: flag(
    'Make the tasks named again though they are fresh. What hangs on them follows by the ordinary rules.',
  ),
  refetch: flag('Fetch again all days of the tasks named.'),
};

export const commandSpecs: readonly CommandSpec[] = [
  {
    name: 'run',
    usage: 'run TASK [--date D | --month M | --from D --through D | --PARAM V]',
    summary: 'Make a task and all that it needs',
    help: 'Plans and runs a task and all that it needs, then says what happened and what to do next.\nOnly what is missing or stale runs; to run again after a fault costs nothing that is there already.\n\nExit codes: 0 done, 2 usage or configuration, 3 a task failed, 4 waiting for outside data, 5 blocked\nby a control, 7 the scheduler cannot be reached, 130 interrupted.',
    takes: 'one task',
    ranges: true,
    options: {
      ...wishes,
      workers: value(
        'How many attempts run at once. Default: `workers` of the configuration, else one for each processor.',
      ),
      scheduler: value(
        'Submit it to this central scheduler, whose workers do it, and watch. The token is taken from DAYBOOK_TOKEN.',
      ),
    },
    examples: [
      ['daybook run accounting', 'All reports through yesterday: what a daily cron runs'],
      ['daybook run accounting-report --date 2018-07-24', 'One report, and what it needs'],
      ['daybook run accounting-report --from 2018-07-01 --through 2018-07-24', 'A range, exactly'],
      ['daybook run transactions --date 2018-07-24 --refetch', 'Fetch one day again'],
    ],
  },
  {
    name: 'plan',
    usage: 'plan TASK [--date D | --month M | --from D --through D | --PARAM V]',
    summary: 'What would run and why, without running it',
    help: 'Says what `run` would do with the same words, and why. Never runs anything.',
    takes: 'one task',
    ranges: true,
    options: { ...wishes, 'exit-code': flag('Exit with 6 when there is work, 0 when there is none.') },
    examples: [
      ['daybook plan accounting', 'What is stale now'],
      ['daybook plan accounting --today 2018-08-01 --json', 'Everything, as a document'],
      ['daybook plan accounting --exit-code || daybook run accounting', 'Run only where there is work'],
    ],
  },
  {
    name: 'status',
    usage: 'status [TASK] [--from D --through D | --from M --through M]',
    summary: 'A grid of days by task',
    help: 'Shows for each day and task whether its output is fresh, stale or missing. Without a range: the last 14 days and 6 months.\nWith TASK: that task and all that it needs.',
    takes: 'a name',
    ranges: true,
    options: {},
    examples: [
      ['daybook status', 'All tasks, the last 14 days'],
      [
        'daybook status accounting-report --from 2018-07-01 --through 2018-07-31',
        'One task and what it needs, a month',
      ],
    ],
  },
  {
    name: 'why',
    usage: 'why TASK [--date D | --month M | --PARAM V]',
    summary: 'Why one output is what it is',
    help: 'Explains one output: its state, its current version, the inputs that it was made from, its last failure.',
    takes: 'one task',
    options: {},
    examples: [
      ['daybook why accounting-report --date 2018-07-24', 'One report'],
      ['daybook why accounting-report/date=2018-07-24', 'The same, by its id'],
    ],
  },
  {
    name: 'history',
    usage: 'history TASK [--date D | --month M | --PARAM V]',
    summary: 'The versions of one output',
    help: 'Lists the versions of one output, newest first, and the attempts that published none.',
    takes: 'one task',
    options: {},
    examples: [
      ['daybook history transactions --date 2018-07-24', 'How often a day was fetched, and what changed'],
    ],
  },
  {
    name: 'show',
    usage: 'show TASK [--date D | --month M | --PARAM V] [--version N] [--format table|tsv|json]',
    summary: 'The rows of one output',
    help: 'Prints the rows of one output; of an output that is files, their text.\ntsv: a header and all rows, in order, nothing else. \njson: one document, {task, version, columns, rows}; all values are text, except null.',
    takes: 'one task',
    options: {
      version: value('An older version. Default: the current one.'),
      format: value('table, tsv or json. Default: table.', ['table', 'tsv', 'json']),
      limit: value('How many rows of a table are shown. Default: 40.'),
    },
    examples: [
      ['daybook show accounting-report --date 2018-07-24', 'A table'],
      ['daybook show transactions --date 2018-07-24 --format tsv | head', 'The first rows of many'],
      ['daybook show accounting-report --date 2018-07-24 --version 1', 'How it was first published'],
    ],
  },
  {
    name: 'export',
    usage: 'export TASK [--date D | --month M | --from D --through D | --PARAM V] --to DIR',
    summary: 'Outputs as files in a folder',
    help: 'Writes one file for each task, DIR/<task>/<date or month>.tsv, under another name first.\nEvery part is read as a whole and held against its SHA-256.',
    takes: 'one task',
    ranges: true,
    options: {
      to: value('The folder to write into; it is made if it is not there.'),
      format: value('tsv or parquet. Default: tsv.', ['tsv', 'parquet']),
    },
    examples: [
      [
        'daybook export accounting-report --from 2018-07-01 --through 2018-07-31 --to out',
        'A month of reports',
      ],
      ['daybook export transactions --date 2018-07-24 --to out --format parquet', 'The Parquet file'],
    ],
  },
  {
    name: 'graph',
    usage: 'graph [TASK …] [--date D | --PARAM V] [--format text|dot|mermaid|json]',
    summary: 'What is made from what',
    help: 'Draws which task is made from which. With parameters of one task, the tasks themselves.',
    takes: 'tasks',
    options: {
      format: value('text, dot, mermaid or json. Default: text.', ['text', 'dot', 'mermaid', 'json']),
    },
    examples: [
      ['daybook graph', 'All tasks'],
      ['daybook graph accounting-report --date 2018-07-24', 'What one report is made from'],
      ['daybook graph --format dot | dot -Tsvg > graph.svg', 'A picture'],
    ],
  },
  {
    name: 'check',
    usage: 'check [TASK …]',
    summary: 'Look through the configuration and its SQL, before anything runs',
    help: 'Parses and binds every SQL statement and every control against empty tables of the declared inputs.\nRefuses in SQL jobs what Spark would not run or would do otherwise; docs/sql-jobs.md lists what there is.\nWith TASK: that task and all that it needs. `run` does the same first, for what has changed.\nExit code 2 when anything is refused.',
    takes: 'tasks',
    options: {},
    examples: [
      ['daybook check', 'Everything'],
      ['daybook check accounting-report', 'One task, and what it is made from'],
    ],
  },
  {
    name: 'verify',
    usage: 'verify [TASK] [--deep]',
    summary: 'Hold all that is stored against its digests',
    help: 'Reads every version and every part that is stored: the chains of versions, the inputs recorded, bytes and SHA-256.\nExit code 3 when anything is wrong.',
    takes: 'a name',
    options: {
      deep: flag(
        'Make fingerprints again too, from the rows of derived tables and the contents of files. Of a loaded table it cannot be done: its fingerprint is of the raw bytes.',
      ),
    },
    examples: [
      ['daybook verify', 'Everything'],
      ['daybook verify accounting-report', 'One task'],
      ['daybook verify --deep', 'Everything, and the rows too'],
    ],
  },
  ...productionSpecs,
  ...upkeepSpecs,
];
