import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DaybookError, FetchContext, Fetched } from '@daybook/core';
import { onTestFinished } from 'vitest';

export const date = '2018-07-24';

/** A folder that ends with the test. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fetch-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** What a fetch function is given for the day of the tests. */
export function fetchContext(change: Partial<FetchContext> = {}): FetchContext {
  return {
    values: { date },
    today: '2018-07-26',
    published: false,
    scratch: scratchFolder(),
    signal: new AbortController().signal,
    progress: () => undefined,
    ...change,
  };
}

/** What was fetched, which must be a file. */
export function fileOf(fetched: Fetched): Fetched & { readonly kind: 'file' } {
  if (fetched.kind !== 'file') throw new Error(`No file was fetched: ${JSON.stringify(fetched)}`);
  return fetched;
}

/** The code and the message with which something failed. */
export async function failure(doing: Promise<unknown>): Promise<readonly [string, string]> {
  try {
    await doing;
  } catch (error) {
    const { code, message } = error as DaybookError;
    return [code, message];
  }
  throw new Error('It did not fail.');
}
