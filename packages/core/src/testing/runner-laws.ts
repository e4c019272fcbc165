import type { JobKind } from '../job.ts';
import type { Runner } from '../runner.ts';
import type { Target } from '../target.ts';
import type { Gaps, Law, LawFramework } from './law.ts';
import { testLaws } from './law.ts';
import { codeLaws } from './runner-code-laws.ts';
import { endingLaws } from './runner-ending-laws.ts';
import { loadLaws } from './runner-load-laws.ts';
import { generalLaws, offeredLaws, outcomeLaws } from './runner-outcome-laws.ts';
import { sqlLaws } from './runner-sql-laws.ts';
import { sparkLaws } from './runner-spark-laws.ts';
import type { RunnerSubject } from './runner-subject.ts';
import { runnerSubject } from './runner-subject.ts';
import { tableLaws } from './runner-table-laws.ts';

/** What a runner may offer besides running jobs. */
export type Offered = 'readRows' | 'fingerprint';

/** A runner with an empty store, for all laws one after the other. */
export interface OpenRunner {
  readonly runner: Runner;
  readonly target: Target;
  /** A configuration whose `tasks` are `runnerLawTasks`, for a runner whose jobs run in other processes. */
  readonly configPath?: string;
  /** Every file of the store with its bytes, by its path below the root. */
  files(): Promise<ReadonlyMap<string, Uint8Array>>;
  /** Reads the rows of parts, where the runner itself does not. */
  readonly readRows?: NonNullable<Runner['readRows']>;
  close(): Promise<void>;
}

export interface RunnerLawOptions {
  /** The kinds of jobs that the runner takes: the laws of these are tested, and that it takes no other. */
  readonly kinds: readonly JobKind[];
  /** What it offers besides: the laws of these are tested, and that it offers no other. Default: nothing. */
  readonly offers?: readonly Offered[];
  open(): Promise<OpenRunner>;
  /** How long the works of one law may take before it is said that they do not end. Default 20 s. */
  readonly patienceMs?: number;
  /** The laws that it does not keep, by name, each with the reason. One that holds all the same fails the suite. */
  readonly gaps?: Gaps;
}

/**
 * The laws of runners, as tests of the framework given.
 * @example
 * runnerLaws({ describe, test, afterAll, expect }, {
 *   kinds: ['code'],
 *   open: async () => {
 *     const target = memoryTargets();
 *     return { runner: myRunner(), target, files: async () => target.files(), close: async () => undefined };
 *   },
 *   gaps: { 'code: an empty table keeps its columns': 'it writes named files only' },
 * });
 */
export function runnerLaws(framework: LawFramework, options: RunnerLawOptions): void {
  let opening: Promise<{ readonly opened: OpenRunner; readonly subject: RunnerSubject }> | undefined;
  const open = async (): Promise<{ readonly opened: OpenRunner; readonly subject: RunnerSubject }> => {
    const opened = await options.open();
    return { opened, subject: runnerSubject(opened, options) };
  };
  const use = async (check: (subject: RunnerSubject) => Promise<void>): Promise<void> => {
    opening ??= open();
    await check((await opening).subject);
  };
  framework.describe('the laws of a runner', () => {
    testLaws(framework, lawsOf(options), use, options.gaps);
    framework.afterAll(async () => {
      const ended = opening;
      opening = undefined;
      if (ended !== undefined) await (await ended).opened.close();
    });
  });
}

function lawsOf(options: RunnerLawOptions): readonly Law<RunnerSubject>[] {
  const ofKind: Readonly<Record<JobKind, readonly Law<RunnerSubject>[]>> = {
    sql: [...outcomeLaws('sql'), ...endingLaws('sql'), ...tableLaws('sql'), ...sqlLaws],
    code: [...outcomeLaws('code'), ...endingLaws('code'), ...tableLaws('code'), ...codeLaws],
    load: [...outcomeLaws('load'), ...endingLaws('load'), ...loadLaws],
    spark: [...outcomeLaws('spark'), ...endingLaws('spark'), ...sparkLaws],
  };
  return [
    ...generalLaws,
    ...options.kinds.flatMap((kind) => ofKind[kind]),
    ...(options.offers ?? []).flatMap((offered) => offeredLaws[offered]),
  ];
}
