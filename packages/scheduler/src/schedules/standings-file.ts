import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DaybookError, isSystemError } from '@daybook/core';
import { writeWhole } from '../store/write-whole.ts';
import type { Standing } from './standing.ts';

/** Grows when a Daybook writes what the ones before it cannot read. */
const format = 1;

/** How the schedules of a state folder stood, by name; throws `state-damaged` or `state-too-new` where that cannot be read. */
export function readStandings(state: string): ReadonlyMap<string, Standing> {
  const path = pathIn(state);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return new Map();
    throw damaged(path, error instanceof Error ? error.message : String(error), error);
  }
  let kept: unknown;
  try {
    kept = JSON.parse(text);
  } catch (error) {
    throw damaged(path, 'it is no JSON', error);
  }
  if (!isRecord(kept) || typeof kept['format'] !== 'number') throw damaged(path, 'it names no format');
  if (kept['format'] > format)
    throw new DaybookError(
      'state-too-new',
      `${path} has the format ${kept['format']}, and this Daybook knows up to ${format}: install the newer Daybook that wrote it, or remove the file, and the schedules count from then on.`,
    );
  const { schedules } = kept;
  if (!isRecord(schedules)) throw damaged(path, 'it has no schedules');
  for (const [name, standing] of Object.entries(schedules))
    if (!isStanding(standing)) throw damaged(path, `what it says of "${name}" is not whole`);
  return new Map(Object.entries(schedules as Readonly<Record<string, Standing>>));
}

/** Keeps how all schedules stand; it is on the disk when this returns. Throws `write-failed`. */
export function writeStandings(state: string, standings: ReadonlyMap<string, Standing>): void {
  const path = pathIn(state);
  try {
    mkdirSync(state, { recursive: true, mode: 0o700 });
    writeWhole(path, `${JSON.stringify({ format, schedules: Object.fromEntries(standings) })}\n`);
  } catch (error) {
    throw new DaybookError(
      'write-failed',
      `How the schedules stand cannot be kept in ${path}: ${error instanceof Error ? error.message : String(error)}. See to the folder, its permissions and its space.`,
      { cause: error },
    );
  }
}

function isStanding(value: unknown): value is Standing {
  if (!isRecord(value)) return false;
  const { cron, zone, handledMs, okMs, openMs, waitingMs } = value;
  return (
    typeof cron === 'string' &&
    typeof zone === 'string' &&
    [handledMs, okMs].every(Number.isSafeInteger) &&
    [openMs, waitingMs].every((each) => each === undefined || Number.isSafeInteger(each))
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function damaged(path: string, what: string, cause?: unknown): DaybookError {
  return new DaybookError(
    'state-damaged',
    `${path} cannot be read: ${what}. Remove it, and the schedules count from then on: what was due before is not caught up.`,
    { cause },
  );
}

function pathIn(state: string): string {
  return join(state, 'schedules.json');
}
