import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Taken } from '../process-tree.ts';
import { measured } from '../process-tree.ts';
import { accountsOf, exchangeDays, openProject } from '../project.ts';
import type { Case, Result } from '../result.ts';
import { mebibytes, median, seconds } from '../result.ts';

export const bigDay = '2018-07-24';
export const bigDayPostings = 8_800_000;
export const bigDayCustomers = 100_000;

const pairs = 3;
const bare = fileURLToPath(new URL('../bare-duckdb.ts', import.meta.url));

/** One day of 8.8 million postings with every control on, against a program that does no more than the bare work. */
export const bigDayCase: Case = {
  name: 'big-day',
  async run() {
    const exchange = exchangeDays(bigDay, bigDay, bigDayPostings, bigDayCustomers);
    const project = openProject(accountsOf(exchange, bigDay));
    try {
      const bares: Taken[] = [];
      const ours: Taken[] = [];
      for (let pair = 0; pair < pairs; pair += 1) {
        bares.push(
          await measured(process.execPath, [bare, join(exchange, `${bigDay}.ndjson`), project.folder]),
        );
        rmSync(join(project.folder, 'data'), { recursive: true, force: true });
        ours.push(
          await project.daybook('run', 'daily-accounting', '--date', bigDay, '--today', '2018-08-01'),
        );
      }
      return resultsOf(bares, ours);
    } finally {
      project.remove();
    }
  },
};

function resultsOf(bares: readonly Taken[], ours: readonly Taken[]): readonly Result[] {
  const ratio = median(ours.map(({ wallMs }, index) => wallMs / (bares[index]?.wallMs ?? Number.NaN)));
  const cpu = median(ours.map(({ cpuMs = 0 }, index) => cpuMs / (bares[index]?.cpuMs ?? Number.NaN)));
  const peak = Math.max(...ours.map(({ peakBytes = Number.NaN }) => peakBytes));
  const times = `${seconds(median(ours.map(({ wallMs }) => wallMs)))} against ${seconds(median(bares.map(({ wallMs }) => wallMs)))}`;
  return [
    {
      what: 'a day of 8.8 million postings, NDJSON to all daily reports, against bare DuckDB',
      figure: `${ratio.toFixed(2)} × (${times}; processor time ${cpu.toFixed(2)} ×)`,
      bar: 'at most 2 ×',
      holds: ratio <= 2,
    },
    {
      what: 'peak memory of the whole process tree in that',
      figure: mebibytes(peak),
      bar: 'at most 1 GiB',
      holds: peak <= 1024 ** 3,
    },
  ];
}
