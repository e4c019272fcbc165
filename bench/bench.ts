/**
 * What Daybook costs, as ratios within one run where machines differ: `npm run bench [-- --only NAME …] [--peers] [--write]`.
 * Prints a table. `--write` puts it into `bench/README.md` too.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bigDayCase } from './cases/big-day.ts';
import { bigMonthCase, freshMonthCase } from './cases/months.ts';
import { peersCase } from './cases/peers.ts';
import { bucketCases } from './cases/bucket.ts';
import { centralSchedulerCase } from './cases/central-scheduler.ts';
import { centralWorkersCase } from './cases/central-workers.ts';
import { schedulerCase } from './cases/scheduler.ts';
import { startupCase } from './cases/startup.ts';
import { threeYearsCase } from './cases/three-years.ts';
import { tinyTasksCase } from './cases/tiny-tasks.ts';
import { root } from './project.ts';
import type { Case, Result } from './result.ts';
import { mebibytes } from './result.ts';

const cases: readonly Case[] = [
  startupCase,
  schedulerCase,
  centralSchedulerCase,
  // Before any other removes its files: ext4 makes new ones slowly for minutes after many were removed.
  tinyTasksCase,
  centralWorkersCase,
  freshMonthCase,
  threeYearsCase,
  bigDayCase,
  bigMonthCase,
  ...bucketCases,
];

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    peers: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const known = [...cases, peersCase];
const unknown = flags.only?.find((name) => !known.some((each) => each.name === name));
if (unknown !== undefined) {
  process.stderr.write(
    `There is no bench "${unknown}". There is: ${known.map(({ name }) => name).join(', ')}.\n`,
  );
  process.exit(2);
}
const asked = flags.peers ? known : cases;
const results: Result[] = [];
for (const each of flags.only === undefined
  ? asked
  : known.filter(({ name }) => flags.only?.includes(name))) {
  process.stderr.write(`${each.name} …\n`);
  results.push(...(await each.run()));
}
const table = tableOf(results);
process.stdout.write(`${machine()}\n\n${table}\n`);
if (flags.write) keep(`${machine()}\n\n${table}`);
if (results.some(({ holds }) => !holds)) process.exitCode = 1;

function machine(): string {
  const [cpu] = cpus();
  const memory = mebibytes(totalmem());
  return `Measured on ${cpus().length} processors (${cpu?.model.trim() ?? 'unknown'}), ${memory}, ${process.platform}, Node ${process.versions.node}.`;
}

function tableOf(rows: readonly Result[]): string {
  const lines = rows.map(
    ({ what, figure, bar, holds }) => `| ${what} | ${figure} | ${bar} | ${holds ? 'yes' : '**no**'} |`,
  );
  return ['| what | figure | bar | holds |', '| --- | --- | --- | --- |', ...lines].join('\n');
}

/** Puts the table between the two marks of the page. */
function keep(text: string): void {
  const path = join(root, 'bench/README.md');
  const [begin, end] = ['<!-- table: begin -->', '<!-- table: end -->'];
  const page = readFileSync(path, 'utf8');
  const [before = '', rest = ''] = page.split(begin);
  const after = rest.split(end)[1] ?? '';
  writeFileSync(path, `${before}${begin}\n\n${text}\n\n${end}${after}`);
}
