import { closeSync, constants, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/**
 * How far answers may have been given: the number of the last entry whose commit was told to somebody. It is written after
 * the commit and before the answer, without an fsync of its own, so it is never ahead of the journal and costs next to
 * nothing. SQLite takes a damaged end of its log for a write that was never finished and drops it in silence; a journal that
 * ends before this number has lost entries that were answered.
 */
export interface Acknowledged {
  read(): number;
  write(seq: number): void;
  sync(): void;
  close(): void;
}

const digits = 16;

export function acknowledgedIn(folder: string): Acknowledged {
  const file = openSync(acknowledgedPath(folder), constants.O_RDWR | constants.O_CREAT, 0o600);
  return {
    read() {
      const bytes = Buffer.alloc(digits);
      const length = readSync(file, bytes, 0, digits, 0);
      const seq = Number(bytes.toString('latin1', 0, length));
      return Number.isSafeInteger(seq) ? seq : 0;
    },
    write(seq) {
      writeSync(file, String(seq).padStart(digits, '0'), 0, 'latin1');
    },
    sync: () => fsyncSync(file),
    close: () => closeSync(file),
  };
}

export function acknowledgedPath(folder: string): string {
  return join(folder, 'acknowledged');
}
