import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { accountsOf, exchangeDays, openProject } from '../project.ts';
import type { Case } from '../result.ts';
import { mebibytes, medianWallMs, seconds } from '../result.ts';
import { bigDay, bigDayCustomers, bigDayPostings } from './big-day.ts';

const month = ['2018-07-01', '2018-07-31'] as const;
/** So late that no day of the month is due to be fetched again. */
const closed = ['--month', '2018-07', '--today', '2018-09-01'];

/** A month that is there already. Its parts are taken away meanwhile, which shows that none of them is read. */
export const freshMonthCase: Case = {
  name: 'fresh-month',
  async run() {
    const project = openProject(accountsOf(exchangeDays(...month, 10_000, 2000), month[0]));
    try {
      await project.daybook('run', 'monthly-accounting', ...closed);
      const parts = join(project.folder, 'data', 'transactions', 'attempts');
      renameSync(parts, `${parts}-away`);
      const wallMs = await medianWallMs(5, () => project.daybook('run', 'monthly-accounting', ...closed));
      return [
        {
          what: 'a fresh month run again, its transactions moved away',
          figure: seconds(wallMs),
          bar: 'under 1 s, no data read',
          holds: wallMs < 1000,
        },
      ];
    } finally {
      project.remove();
    }
  },
};

const smallDayPostings = 1_000_000;
/** As many postings a customer as on the big day, so that each day is the big day made smaller. */
const smallDayCustomers = Math.round((bigDayCustomers * smallDayPostings) / bigDayPostings);

/** A month of days beside the big one: neither the time of a posting nor the memory grows. */
export const bigMonthCase: Case = {
  name: 'big-month',
  async run() {
    const day = openProject(
      accountsOf(exchangeDays(bigDay, bigDay, bigDayPostings, bigDayCustomers), bigDay),
    );
    const all = openProject(
      accountsOf(exchangeDays(...month, smallDayPostings, smallDayCustomers), month[0]),
    );
    try {
      const one = await day.daybook('run', 'daily-accounting', '--date', bigDay, '--today', '2018-09-01');
      const many = await all.daybook('run', 'monthly-accounting', ...closed);
      const perPosting = [one.wallMs / bigDayPostings, many.wallMs / (31 * smallDayPostings)] as const;
      const ratio = perPosting[1] / perPosting[0];
      const cpu =
        (many.cpuMs ?? Number.NaN) / (31 * smallDayPostings) / ((one.cpuMs ?? Number.NaN) / bigDayPostings);
      const memory = (many.peakBytes ?? Number.NaN) / (one.peakBytes ?? Number.NaN);
      return [
        {
          what: 'a month of 31 × 1 million postings, time of a posting against the big day',
          figure: `${ratio.toFixed(2)} × (${seconds(many.wallMs)}; processor time ${cpu.toFixed(2)} ×)`,
          bar: 'at most 1 ×',
          holds: ratio <= 1,
        },
        {
          what: 'peak memory in that, against the big day',
          figure: `${memory.toFixed(2)} × (${mebibytes(many.peakBytes ?? Number.NaN)})`,
          bar: 'the same: at most 1.1 ×',
          holds: memory <= 1.1,
        },
      ];
    } finally {
      day.remove();
      all.remove();
    }
  },
};
