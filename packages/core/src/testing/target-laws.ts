import type { Target } from '../target.ts';
import type { Law, LawFramework } from './law.ts';
import { testLaws } from './law.ts';
import { attemptLaws } from './target-attempt-laws.ts';
import { listingLaws } from './target-listing-laws.ts';
import { manifestLaws } from './target-manifest-laws.ts';
import { racingLaws } from './target-racing-laws.ts';
import { readingLaws } from './target-reading-laws.ts';
import { stageLaws } from './target-stage-laws.ts';

/** An empty store with a target on it, for one law. */
export interface OpenTarget {
  readonly target: Target;
  /** Another handle on the same store, as another process would have it. */
  reopen(): Promise<Target>;
  /** Writes a file at a URI as an engine does, past the target. Left out where no engine can reach the store. */
  engineWrites?(uri: string, bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

export interface TargetLawOptions {
  /** Opens an empty store; called once for each law. */
  open(): Promise<OpenTarget>;
  /** How many names one listing of the store holds at most, so that the laws go beyond it. Default 1,000. */
  readonly pageSize?: number;
}

/** What a law of targets is checked on. */
export interface TargetSubject extends Omit<OpenTarget, 'close'> {
  readonly pageSize: number;
}

const groups: Readonly<Record<string, readonly Law<TargetSubject>[]>> = {
  manifests: manifestLaws,
  'many at once': racingLaws,
  listings: listingLaws,
  stages: stageLaws,
  parts: readingLaws,
  attempts: attemptLaws,
};

/**
 * The laws of targets, as tests of the framework given. A target keeps all of them: none can be left out.
 * @example
 * targetLaws({ describe, test, afterAll, expect }, {
 *   open: async () => {
 *     const target = memoryTargets({ nowMs: Date.now });
 *     return { target, reopen: async () => target, close: async () => undefined };
 *   },
 * });
 */
export function targetLaws(framework: LawFramework, options: TargetLawOptions): void {
  const use = async (check: (subject: TargetSubject) => Promise<void>): Promise<void> => {
    const opened = await options.open();
    try {
      await check({ ...opened, pageSize: options.pageSize ?? 1000 });
    } finally {
      await opened.close();
    }
  };
  framework.describe('the laws of a target', () => {
    for (const [group, laws] of Object.entries(groups))
      framework.describe(group, () => testLaws(framework, laws, use));
  });
}
