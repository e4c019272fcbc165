import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createToken } from '@daybook/scheduler';
import type { Place } from '../month/daybook.config.ts';
import { closing, startMonth } from '../month/small-month.ts';
import type { ProcessGroup } from '../process-group.ts';
import type { Member } from './member.ts';
import { startMember } from './member.ts';

/** A scheduler, those who work for it, and who submits: real processes, each started again when it has ended. */
export interface Members {
  readonly scheduler: Member;
  readonly workers: readonly Member[];
  readonly submitter: Member;
  readonly all: readonly Member[];
}

/** Where they work: a project, what it closes, and where its exchange of requests takes place. */
export interface Surroundings {
  readonly folder: string;
  readonly place: Place;
  readonly tokens: Readonly<Record<'worker' | 'operator', string>>;
  /** The state folder of the scheduler. */
  readonly state: string;
}

const workers = 4;
/** The shortest that there is: so a round sees many run out. */
export const leaseMs = 5_000;

/** How long it may take until a version is created: so that many are stopped or killed while they publish. */
export const slowMs = 600;

export function surroundings(folder: string, place: Place): Surroundings {
  const state = join(folder, 'state');
  const tokenOf = (role: 'worker' | 'operator'): string => createToken(state, role).token;
  return { folder, place, state, tokens: { worker: tokenOf('worker'), operator: tokenOf('operator') } };
}

/** The command in a round, as the one who has this token. */
export function startThere(
  { folder, place, tokens }: Surroundings,
  role: 'worker' | 'operator',
  words: readonly string[],
): ProcessGroup {
  return startMonth(folder, words, place, {
    DAYBOOK_TOKEN: tokens[role],
    TMPDIR: join(folder, 'tmp'),
    // Else each round would compile everything anew.
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? join(tmpdir(), 'node-compile-cache'),
  });
}

/** Starts the scheduler; `at` is told where it listens in each of its lives. */
export function startSchedulerMember(around: Surroundings, at: (url: string) => void): Member {
  const words = ['serve', '--port', '0', '--state', around.state, '--lease', String(leaseMs / 1000)];
  return startMember('scheduler', () => {
    const group = startThere(around, 'operator', words);
    void group.printed('"listening"').then((text) => at(/"url":"([^"]+)"/.exec(text)?.[1] ?? ''));
    return group;
  });
}

/**
 * Starts those who ask the scheduler at `url`. Who submits may have no work to watch, or see its run fail: what is lost three
 * times is not tried again, and a run may be cancelled.
 */
export function startMembers(
  around: Surroundings,
  scheduler: Member,
  url: string,
  wishes: () => readonly string[],
): Members {
  const there = ['--scheduler', url];
  const submitter = startMember(
    'submitter',
    () => startThere(around, 'operator', [...closing, ...wishes(), ...there]),
    [0, 3],
  );
  const team = Array.from({ length: workers }, (_, index) =>
    startMember(`worker ${index + 1}`, () =>
      startThere(around, 'worker', ['worker', '--workers', '1', ...there]),
    ),
  );
  return { scheduler, workers: team, submitter, all: [scheduler, ...team, submitter] };
}
