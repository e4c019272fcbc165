import type { WriteStream } from 'node:tty';
import { DaybookError, isSystemError } from '@daybook/core';

/** A stream that text is written to, no faster than it is read. */
export interface Output {
  readonly terminal: boolean;
  /** How many characters fit on a line; 100 where it is no terminal. */
  readonly width: number;
  readonly height: number;
  /**
   * Resolves when more may be written: false when nobody reads any more, as after `| head`. Throws `write-failed` when what is
   * asked for cannot be written, as on a full disk.
   */
  write(text: string): Promise<boolean>;
}

/**
 * Wraps a standard stream of this process. A reader that has gone is an answer, not an error. `result`: what is written is what
 * was asked for, so that it must not be lost in silence; else it is about the work, which goes on without it.
 */
export function outputOf(stream: NodeJS.WriteStream, carries: 'result' | 'progress'): Output {
  let gone = false;
  // Each write hears of its error; without a listener the process would end.
  stream.on('error', () => (gone = true));
  const { columns, rows, isTTY } = stream as Partial<WriteStream>;
  return {
    terminal: isTTY === true,
    get width() {
      return (stream as Partial<WriteStream>).columns ?? columns ?? 100;
    },
    get height() {
      return (stream as Partial<WriteStream>).rows ?? rows ?? 24;
    },
    write: async (text) => {
      if (gone) return false;
      return await new Promise((resolve, reject) => {
        stream.write(text, (error) => {
          const lost = error !== undefined && error !== null;
          if (lost && carries === 'result' && !isSystemError(error, 'EPIPE')) reject(writeFailed(error));
          else resolve(!lost);
        });
      });
    },
  };
}

function writeFailed(cause: Error): DaybookError {
  return new DaybookError(
    'write-failed',
    `Standard output cannot be written: ${cause.message}. What was written is not whole: see to where it goes, then run again.`,
    { cause },
  );
}
