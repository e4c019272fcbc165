import type { DestinationStream, Logger } from 'pino';
import { pino } from 'pino';

/** Where the log goes and how much of it: one JSON document a line. */
export interface LogOptions {
  /** Default: `info`. `silent` writes nothing. */
  readonly level?: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Default: standard output. */
  readonly to?: DestinationStream;
}

/** Values under these names are never written. */
const secretNames = ['authorization', 'token', 'secret', 'password', 'cookie'];

const paths = secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/** Tokens of Daybook and whatever follows the word Bearer, wherever they stand in a line. */
const secretText = /daybook_(?:worker|operator|reader)_[\w-]+|(?<=bearer\s)[\w.~+/=-]+/gi;

/** Makes a log in which no secret is written, neither under its name nor in the middle of a text. */
export function openLog({ level = 'info', to }: LogOptions = {}): Logger {
  const options = {
    level,
    base: null,
    messageKey: 'event',
    timestamp: () => `,"at":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths, censor: '[secret]' },
    hooks: { streamWrite: (line: string) => line.replaceAll(secretText, '[secret]') },
  };
  return to === undefined ? pino(options) : pino(options, to);
}
