import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DaybookError } from '@daybook/core';
import { isBusy } from './failures.ts';

/**
 * Makes this process the only server of a state folder until the lock is released or the process is gone, however it went:
 * it is a lock of the operating system on a file that SQLite holds open, so a killed process leaves none behind. On a
 * network file system without such locks it protects nothing.
 */
export function lockState(folder: string): { release(): void } {
  const database = new DatabaseSync(join(folder, 'lock.sqlite'));
  try {
    database.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (!isBusy(error)) throw error;
    throw new DaybookError(
      'state-in-use',
      `The state folder ${folder} is in use by another server${holderOf(folder)}: stop that one first, or give this one a folder of its own.`,
      { cause: error },
    );
  }
  tryTo(() => writeFileSync(join(folder, 'server.json'), `${JSON.stringify({ process: process.pid })}\n`));
  return { release: () => database.close() };
}

function holderOf(folder: string): string {
  const known = tryTo(() => JSON.parse(readFileSync(join(folder, 'server.json'), 'utf8')) as unknown);
  const id = typeof known === 'object' && known !== null && 'process' in known ? known.process : undefined;
  return typeof id === 'number' ? ` (process ${id})` : '';
}

/** Who holds the folder is told for people only, so nothing hangs on it. */
function tryTo<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
