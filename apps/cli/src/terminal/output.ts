import type { WriteStream } from 'node:tty';

/** A stream that text is written to, no faster than it is read. */
export interface Output {
  readonly terminal: boolean;
  /** How many characters fit on a line; 100 where it is no terminal. */
  readonly width: number;
  readonly height: number;
  /** Resolves when more may be written: false when nobody reads any more, as after `| head`. */
  write(text: string): Promise<boolean>;
}

/** Wraps a standard stream of this process. A reader that has gone is an answer, not an error. */
export function outputOf(stream: NodeJS.WriteStream): Output {
  let gone = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    gone = true;
  });
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
      return await new Promise((resolve) => {
        stream.write(text, (error) => resolve(error === undefined || error === null));
      });
    },
  };
}
