import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Config } from '@daybook/core';
import { checkConfig } from '@daybook/core';
import type { Taken } from './process-tree.ts';
import { measured } from './process-tree.ts';

/** The repository's root, with a slash at its end. */
export const root = fileURLToPath(new URL('..', import.meta.url));
/** Where days of the exchange are kept from one bench to the next; the same seed makes the same days. */
export const dataFolder = join(tmpdir(), 'daybook-bench');

/** The path of the command. */
export const daybookCommand = join(root, 'apps/cli/bin/daybook.js');
const simulator = join(root, 'packages/exchange-simulator/bin/exchange-simulator.js');

/** A folder with a configuration, removed after the bench. */
export interface Project {
  readonly folder: string;
  /** Runs `daybook` in it. */
  daybook(...args: readonly string[]): Promise<Taken>;
  remove(): void;
}

export function openProject(configuration: string): Project {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-bench-project-'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'daybook.config.ts'), configuration);
  return {
    folder,
    daybook: async (...args) => await measured(process.execPath, [daybookCommand, ...args], { cwd: folder }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Writes the days of an exchange as NDJSON with their totals, unless they are there; gives their folder. */
export function exchangeDays(first: string, last: string, postings: number, customers: number): string {
  const folder = join(dataFolder, `${first}-${last}-${postings}-${customers}`);
  if (existsSync(folder)) return folder;
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  const flags = ['--seed', '2018', '--first-day', first, '--postings-per-day', String(postings)];
  const days = ['--from', first, '--through', last, '--customers', String(customers)];
  const { status, stderr } = spawnSync(
    process.execPath,
    [simulator, 'export', ...flags, ...days, '--today', '2030-01-01', '--to', partial, '--totals'],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`The simulator wrote no days: ${stderr}`);
  renameSync(partial, folder);
  return folder;
}

const inFolder = "fileTargets({ root: new URL('./data', import.meta.url) })";

/** The configuration of the accounts over files of an exchange, with the data in a folder unless `parts` says otherwise. */
export function accountsOf(
  exchangeFolder: string,
  ledgerStart: string,
  parts: { readonly targets?: string; readonly runner?: string } = {},
): string {
  return `
import { defineConfig } from '@daybook/core';
import { accounting, fileExchange } from '@daybook/reports-accounting';
import { localRunner } from '@daybook/runner-local';
import { fileTargets } from '@daybook/target-file';
import { s3Targets } from '@daybook/target-s3';

export default defineConfig({
  targets: ${parts.targets ?? inFolder},
  runners: [${parts.runner ?? 'localRunner()'}],
  tasks: accounting({
    exchange: fileExchange({ folder: ${JSON.stringify(exchangeFolder)}, totals: 'required' }),
    houseAccounts: [1],
    internalAccounts: [2, 3],
    ledgerStart: '${ledgerStart}',
  }),
});
`;
}

/** The configuration of a project's folder, with what is given in the place of what it says. */
export async function configOf(
  folder: string,
  given: Partial<Config> = {},
): Promise<ReturnType<typeof checkConfig>> {
  const path = join(folder, 'daybook.config.ts');
  const { default: config } = (await import(pathToFileURL(path).href)) as { readonly default: Config };
  return checkConfig({ ...config, ...given }, path);
}
