import type { Paint } from '../terminal/paint.ts';
import { indented } from './columns.ts';

export interface InitFacts {
  readonly folder: string;
  /** The folder as seen from where the command was given; empty where it is the same. */
  readonly near: string;
  readonly files: readonly string[];
  readonly paint: Paint;
}

const commands = [
  'npm install',
  'npx daybook run large-withdrawals --from 2018-07-01 --through 2018-07-02',
  'npm test',
];

/** What was made, and the next three commands. */
export function initText({ folder, near, files, paint }: InitFacts): string {
  const [install = '', ...more] = commands;
  const first = near === '' ? install : `cd ${quoted(near.startsWith('..') ? folder : near)} && ${install}`;
  const lines = [
    `${paint.good('Made a project')} in ${folder}`,
    ...indented(files),
    '',
    paint.bold('Next'),
    ...indented([first, ...more]),
  ];
  return `${lines.join('\n')}\n`;
}

/** The same as a document. */
export function initDocument({ folder, files }: InitFacts): unknown {
  return { outcome: 'ok', folder, files, next: commands };
}

function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
