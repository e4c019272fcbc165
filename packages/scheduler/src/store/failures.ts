import { DaybookError } from '@daybook/core';

/** Result codes of SQLite: https://sqlite.org/rescode.html */
const codes = {
  busy: 5,
  readOnly: 8,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notADatabase: 26,
  writeFailed: 778,
} as const;

/** The extended result code of an error that SQLite raised. */
export function sqliteCode(thrown: unknown): number | undefined {
  const code = thrown instanceof Error ? (thrown as { errcode?: unknown }).errcode : undefined;
  return typeof code === 'number' ? code : undefined;
}

export function isBusy(thrown: unknown): boolean {
  return primary(thrown) === codes.busy;
}

/**
 * Whether a write failed in a way after which it may be tried again: nothing was written, and it is known. After a failed
 * fsync it is not known what the kernel has dropped, and damage does not mend itself.
 */
export function mayPass(thrown: unknown): boolean {
  if (thrown instanceof DaybookError) return thrown.cause !== undefined && mayPass(thrown.cause);
  const code = sqliteCode(thrown);
  if (code === undefined) return false;
  const passing: readonly number[] = [codes.busy, codes.full, codes.readOnly, codes.cannotOpen];
  return passing.includes(code & 0xff) || code === codes.writeFailed;
}

/** What went wrong with the state folder, as an error for people. */
export function stateFailure(folder: string, thrown: unknown): DaybookError {
  if (thrown instanceof DaybookError) return thrown;
  const code = primary(thrown);
  if (code === codes.corrupt || code === codes.notADatabase)
    return damaged(folder, messageOf(thrown), thrown);
  if (code === codes.full)
    return failed(folder, 'the disk is full', 'Make room: the scheduler goes on by itself.', thrown);
  if (code === codes.readOnly)
    return failed(folder, 'it is read-only', 'Let the user of the server write there.', thrown);
  if (code === codes.writeFailed)
    return failed(
      folder,
      'a write was refused',
      'See to the disk, its quota and the limit of a file’s size.',
      thrown,
    );
  if (code === codes.cannotOpen)
    return failed(folder, 'a file there cannot be opened', 'See to its permissions.', thrown);
  return failed(folder, messageOf(thrown), 'See to the disk, then start the server again.', thrown);
}

export function damaged(folder: string, what: string, cause?: unknown): DaybookError {
  return new DaybookError(
    'state-damaged',
    `The journal in the state folder ${folder} is damaged: ${what}. Stop, keep a copy of the folder, and restore a backup, or start with an empty folder: what is published stays as it is, and runs are submitted again.`,
    { cause },
  );
}

function failed(folder: string, why: string, remedy: string, cause: unknown): DaybookError {
  return new DaybookError(
    'write-failed',
    `The state folder ${folder} cannot be written: ${why}. Nothing was answered that was not kept. ${remedy}`,
    { cause },
  );
}

function primary(thrown: unknown): number | undefined {
  const code = sqliteCode(thrown);
  return code === undefined ? undefined : code & 0xff;
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
