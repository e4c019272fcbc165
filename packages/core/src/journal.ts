import { appendFileSync, closeSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AttemptEnd } from './attempt.ts';
import { reportOf } from './errors.ts';
import type { TaskEnd } from './scheduler/protocol.ts';
import type { TaskId } from './task.ts';

/** One line of a journal. `at` is ISO 8601 in UTC. */
export type JournalEntry = { readonly at: string } & (
  | {
      readonly kind: 'run-started';
      readonly run: string;
      readonly today: string;
      readonly command: readonly string[];
      readonly tasks: number;
      readonly fresh: number;
    }
  | {
      readonly kind: 'attempt-started';
      readonly task: TaskId;
      readonly attempt: string;
      readonly number: number;
    }
  | {
      readonly kind: 'attempt-ended';
      readonly task: TaskId;
      readonly attempt: string;
      readonly end: AttemptEnd;
      readonly durationMs: number;
    }
  | { readonly kind: 'task-ended'; readonly task: TaskId; readonly end: TaskEnd }
  | { readonly kind: 'run-ended'; readonly outcome: string }
);

type Unstamped<E> = E extends unknown ? Omit<E, 'at'> : never;

/** The append-only record of one run. Nothing correct depends on it. */
export interface Journal {
  readonly path: string;
  write(entry: Unstamped<JournalEntry>): void;
  close(): void;
}

/**
 * Opens `<folder>/runs/<run>.ndjson` to append to. Where that cannot be done, or no longer, `lost` is told why, once, and
 * nothing more is written: a run is not worth less without its record.
 */
export function openJournal(
  folder: string,
  run: string,
  nowMs: () => number,
  lost: (why: string) => void = () => {},
): Journal {
  const path = join(folder, 'runs', `${run}.ndjson`);
  let file: number | undefined;
  const orGiveUp = (act: () => void): void => {
    try {
      act();
    } catch (error) {
      if (file !== undefined) closeSync(file);
      file = undefined;
      lost(
        `The journal ${path} cannot be written, and the run goes on without it: ${reportOf(error).message}`,
      );
    }
  };
  orGiveUp(() => {
    mkdirSync(join(folder, 'runs'), { recursive: true });
    file = openSync(path, 'a');
  });
  return {
    path,
    write: (entry) => {
      const line = `${JSON.stringify({ at: new Date(nowMs()).toISOString(), ...entry })}\n`;
      if (file !== undefined) orGiveUp(() => appendFileSync(file as number, line));
    },
    close: () => {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}

/** The runs that a folder has journals of, newest first. */
export function journalRuns(folder: string): readonly string[] {
  const names = tryTo(() => readdirSync(join(folder, 'runs'))) ?? [];
  return names
    .flatMap((name) => (name.endsWith('.ndjson') ? [name.slice(0, -'.ndjson'.length)] : []))
    .sort()
    .toReversed();
}

/** All entries of a run; a last line cut by a crash is left out. */
export function readJournal(folder: string, run: string): readonly JournalEntry[] {
  const text = tryTo(() => readFileSync(join(folder, 'runs', `${run}.ndjson`), 'utf8')) ?? '';
  return text.split('\n').flatMap((line) => tryTo(() => [JSON.parse(line) as JournalEntry]) ?? []);
}

function tryTo<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
