import type { CommandSpec } from './commands.ts';
import { flag, value } from './option-spec.ts';

/** The commands that are about a project and the place where it runs, not about one output. */
export const upkeepSpecs: readonly CommandSpec[] = [
  {
    name: 'gc',
    usage: 'gc [--older-than DAYS] [--delete]',
    summary: 'What no version is made of',
    help: 'Lists the attempts that can never be published, by task: their version exists and no manifest names a file of theirs.\nNothing is removed without --delete. It may be used while runs go on, here and elsewhere.\n\nExit codes: 0 done, 2 usage or configuration, 3 a manifest cannot be read, or the target does not answer.',
    takes: 'nothing',
    options: {
      'older-than': value(
        'Also attempts at a version that is not there yet, such as blocked or failed ones, that were last written more than so many days ago; at least 2. Default: those stay.',
      ),
      delete: flag('Remove them. Default: they are only listed.'),
    },
    examples: [
      ['daybook gc', 'What would go'],
      ['daybook gc --delete', 'Remove it'],
      ['daybook gc --older-than 30 --delete', 'Remove what failed a month ago too'],
    ],
  },
  {
    name: 'emr',
    usage: 'emr clusters|reap [--delete]',
    summary: 'The clusters of EMR that are alive',
    help: 'clusters: what is alive, for whom, since when, and at what estimated cost.\nreap: the clusters whose owner is dead; with --delete they are ended. Those that Daybook did not start for this\nconfiguration are neither listed nor touched.\n\nExit codes: 0 done, 2 usage or configuration, 3 EMR or S3 does not answer.',
    takes: 'a word',
    offers: ['clusters', 'reap'],
    options: { delete: flag('End them, with reap. Default: they are only listed.') },
    examples: [
      ['daybook emr clusters', 'What is alive'],
      ['daybook emr reap --delete', 'End what nobody owns'],
    ],
  },
  {
    name: 'doctor',
    usage: 'doctor',
    summary: 'What works here and what does not',
    help: 'Tries out Node, the configuration, the clock, the target and the runners, and says of what does not work what to do about it.\nWithout a configuration, or with a broken one, it tries out the rest.\n\nExit codes: 0 everything works, 2 the configuration does not, 3 something else does not.',
    takes: 'nothing',
    options: {},
    examples: [
      ['daybook doctor', 'What works here'],
      ['daybook doctor --json', 'The same as a document'],
    ],
  },
  {
    name: 'init',
    usage: 'init [FOLDER]',
    summary: 'A new project',
    help: 'Makes a project in an empty folder, by default the one here: a configuration, a task of its own on top of the\naccounting tasks, a test for it, and two small days of postings, so that it runs at once.\n\nExit codes: 0 done, 2 the folder is not empty or cannot be written.',
    takes: 'a word',
    options: {},
    examples: [
      ['daybook init books', 'A project in the new folder books'],
      ['npx @daybook/cli init books', 'The same, before anything is installed'],
    ],
  },
  {
    name: 'completion',
    usage: 'completion bash|zsh',
    summary: 'A script that lets the shell complete',
    help: 'Prints a script for the shell: with it the Tab key completes commands, flags, and the names and parameters of the\ntasks of the configuration found where it is pressed.\n\nExit codes: 0 done, 2 usage.',
    takes: 'a word',
    offers: ['bash', 'zsh'],
    options: {},
    examples: [
      ['source <(daybook completion bash)', 'In ~/.bashrc'],
      ['source <(daybook completion zsh)', 'In ~/.zshrc, after compinit'],
    ],
  },
];
