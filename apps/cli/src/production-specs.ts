import type { CommandSpec } from './commands.ts';
import type { OptionSpec } from './option-spec.ts';
import { value } from './option-spec.ts';

/** Where the central scheduler is: every command that asks it takes this. */
export const schedulerOption: OptionSpec = value(
  'The central scheduler. Default: http://127.0.0.1:8766. The token for it is taken from DAYBOOK_TOKEN.',
);

const stateOption: OptionSpec = value(
  'The folder of the journal and the tokens. Default: .daybook beside the configuration.',
);

/** How much a process that stays may log. */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const;

const asked = 'Exit codes: 0 done, 2 refused, 7 the scheduler cannot be reached.';

/** The commands of a scheduler that several machines work for. */
export const productionSpecs: readonly CommandSpec[] = [
  {
    name: 'serve',
    usage: 'serve [--port N] [--host H] [--state DIR]',
    summary: 'The central scheduler, and what it runs by itself',
    help: 'Gives work to `daybook worker` processes, on this machine and others, and starts the schedules of the configuration.\nWhatever it has answered is kept: after a crash it goes on where it was. It does no work itself.\nIt logs a line for whatever happens, as text on a terminal and else as JSON, until it is told to stop (Ctrl-C or SIGTERM).\n\nExit codes: 0 told to stop, 2 usage or configuration, 3 the state cannot be read or kept.',
    takes: 'nothing',
    options: {
      port: value('Default: 8766. With 0 a free one is taken.'),
      host: value(
        'Where it listens. Default: 127.0.0.1. Elsewhere it is refused as long as there is no token.',
      ),
      state: stateOption,
      lease: value(
        'How many seconds a worker that is not heard of keeps its tasks. Default: 60. At least 5.',
      ),
      history: value('How many days runs and attempts that have ended are told of. Default: 400.'),
      'run-days': value(
        'How many days the tasks of a run that has ended are kept in memory, for `runs RUN` and `retry`. Default: 7.',
      ),
      log: value('How much is logged: debug, info, warn or error. Default: info.', logLevels),
    },
    examples: [
      ['daybook serve', 'For workers on this machine'],
      ['daybook serve --host 0.0.0.0 --state /var/lib/daybook', 'For others, with a proxy for TLS before it'],
    ],
  },
  {
    name: 'worker',
    usage: 'worker --scheduler URL [--workers N]',
    summary: 'Do the work of a central scheduler',
    help: 'Takes tasks of this configuration from the scheduler, and does them, until it is told to stop: Ctrl-C or SIGTERM once, and what runs goes on to its end while nothing more is taken; twice, and what runs is stopped and given back.\nA scheduler that does not answer is asked again, for as long as it takes.\n\nExit codes: 0 told to stop, 2 usage, configuration or refused by the scheduler.',
    takes: 'nothing',
    options: {
      scheduler: schedulerOption,
      workers: value(
        'How many attempts run at once. Default: `workers` of the configuration, else one for each processor.',
      ),
      log: value('How much is logged: debug, info, warn or error. Default: info.', logLevels),
    },
    examples: [['DAYBOOK_TOKEN=… daybook worker --scheduler https://daybook.example', 'On another machine']],
  },
  {
    name: 'runs',
    usage: 'runs [RUN] [--scheduler URL]',
    summary: 'The runs of a central scheduler, and who works for it',
    help: `Lists the last runs, the workers, and what is ahead; of one RUN, the tasks that are not done, and why.\n\n${asked}`,
    takes: 'a word',
    options: { scheduler: schedulerOption, limit: value('How many runs, the newest first. Default: 20.') },
    examples: [
      ['daybook runs', 'What goes on'],
      ['daybook runs 20181105T060000000Z-0a1b2c3d', 'One run'],
    ],
  },
  {
    name: 'retry',
    usage: 'retry RUN [TASK] [--scheduler URL]',
    summary: 'Try again what failed in a run of a central scheduler',
    help: `What failed or was blocked or cancelled in the run begins anew, and what lies below it; with TASK, that one and what belongs to it. What is done stays.\n\n${asked}`,
    takes: 'words',
    options: { scheduler: schedulerOption },
    examples: [
      ['daybook retry 20181105T060000000Z-0a1b2c3d', 'All that failed in it'],
      ['daybook retry 20181105T060000000Z-0a1b2c3d transactions/date=2018-11-04', 'One of them'],
    ],
  },
  {
    name: 'cancel',
    usage: 'cancel RUN | TASK | RUN TASK [--scheduler URL]',
    summary: 'Stop a run or a task of a central scheduler',
    help: `Of a run, what no other run wants; of a task, it and what lies below it, whoever wants it; of both, the task in that run.\nOne word is a run where the scheduler knows one of that id, else a task. What runs is stopped; what is published stays.\n\n${asked}`,
    takes: 'words',
    options: { scheduler: schedulerOption },
    examples: [
      ['daybook cancel 20181105T060000000Z-0a1b2c3d', 'A run'],
      ['daybook cancel transactions/date=2018-11-04', 'A task'],
    ],
  },
  {
    name: 'pause',
    usage: 'pause [NAME] [--scheduler URL]',
    summary: 'Begin no more tasks, of one name or at all',
    help: `With NAME, tasks of that name, whatever their parameters. Nothing is begun until it is resumed; what runs goes on.\n\n${asked}`,
    takes: 'a word',
    options: { scheduler: schedulerOption },
    examples: [
      ['daybook pause', 'Everything, as for maintenance of the target'],
      ['daybook pause transactions', 'One name, as while the exchange is down'],
    ],
  },
  {
    name: 'resume',
    usage: 'resume [NAME] [--scheduler URL]',
    summary: 'Go on after a pause',
    help: `With NAME, of that name; without, of every name.\n\n${asked}`,
    takes: 'a word',
    options: { scheduler: schedulerOption },
    examples: [['daybook resume', 'Everything']],
  },
  {
    name: 'token',
    usage: 'token create --role worker|operator|reader | list | remove ID [--state DIR]',
    summary: 'Who may ask a central scheduler what',
    help: 'create: prints a new token, alone on its line. It works at once, and can be read nowhere afterwards: only its digest is stored.\nlist: what tokens there are, by their ids. remove: takes one back; it is refused within a second.\n\nA worker takes work and reports it; a reader looks; an operator may do all of that, and submit, cancel, retry and pause.\n\nExit codes: 0 done, 2 usage, 3 the tokens cannot be read or stored.',
    takes: 'words',
    offers: ['create', 'list', 'remove'],
    options: {
      role: value('With create: worker, operator or reader.', ['worker', 'operator', 'reader']),
      state: stateOption,
    },
    examples: [
      ['daybook token create --role worker', 'For a `daybook worker`, as its DAYBOOK_TOKEN'],
      ['daybook token list', 'What there is'],
    ],
  },
];
