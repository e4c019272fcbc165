import { copyFileSync, cpSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { fileTargets } from '@daybook/target-file';
import type { ProcessGroup } from '../process-group.ts';
import { expectGood, startGroup } from '../process-group.ts';
import { publishedIn } from '../published.ts';
import type { Place } from './daybook.config.ts';

/** So soon after the month that its last two days are fetched again on each run. */
const today = ['--today', '2018-08-01'];

/** The words of a command that closes the month. */
export const closing = ['run', 'accounting', '--through', '2018-07-31', ...today];

/** What an exchange has of the end of July 2018, at first and once late postings of its last two days have come. */
export interface SmallMonth {
  readonly ledgerStart: string;
  /** A folder with the days as they are at first. */
  exchange(folder: string): string;
  /** Puts the days with late postings in the place of those without, each file as a whole. */
  comeLate(exchange: string, afterMs?: number): Promise<void>;
}

/** Exports the month from its day `ledgerStart` on, into `folder`. */
export async function smallMonth(folder: string, ledgerStart: string): Promise<SmallMonth> {
  const [early, late] = [join(folder, 'early'), join(folder, 'late')];
  const first = ['--first-day', ledgerStart];
  await expectGood(exportDays(early, [...first, '--from', ledgerStart]));
  await expectGood(exportDays(late, [...first, '--from', '2018-07-30', '--late', '3']));
  return {
    ledgerStart,
    exchange(to) {
      cpSync(early, to, { recursive: true });
      return to;
    },
    async comeLate(exchange, afterMs = 0) {
      await wait(afterMs);
      for (const name of readdirSync(late)) {
        copyFileSync(join(late, name), join(exchange, `.${name}`));
        renameSync(join(exchange, `.${name}`), join(exchange, name));
      }
    },
  };
}

/** Makes `folder` a project that closes the month; packages are looked for above it. */
export function monthProject(folder: string): void {
  mkdirSync(folder, { recursive: true });
  copyFileSync(here('daybook.config.ts'), join(folder, 'daybook.config.ts'));
}

/** What a run publishes in the folder of data of such a project where nobody disturbs it. `everyByte` as for `publishedIn`. */
export async function publishedInPeace(
  folder: string,
  words: readonly string[],
  place: Place,
  everyByte = false,
): Promise<ReadonlyMap<string, string>> {
  await expectGood(startMonth(folder, words, place));
  const right = await publishedIn(fileTargets({ root: join(folder, 'data') }), everyByte);
  if (right.size === 0) throw new Error('A run left in peace published nothing.');
  return right;
}

/** The command in such a project. */
export function startMonth(
  folder: string,
  words: readonly string[],
  place: Place,
  environment: Readonly<Record<string, string>> = {},
): ProcessGroup {
  return startGroup(here('../../bin/daybook.js'), words, folder, {
    MONTH: JSON.stringify(place),
    ...environment,
  });
}

function exportDays(to: string, words: readonly string[]): ProcessGroup {
  const size = ['--seed', '5', '--postings-per-day', '400', '--customers', '40'];
  const all = ['export', ...words, '--through', '2018-07-31', ...size, ...today, '--to', to, '--totals'];
  return startGroup(here('../../../../packages/exchange-simulator/bin/exchange-simulator.js'), all, tmpdir());
}

function here(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
