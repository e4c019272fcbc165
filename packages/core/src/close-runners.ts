import type { ErrorReport } from './errors.ts';
import { reportOf } from './errors.ts';
import type { Runner } from './runner.ts';

/** A runner that did not let go of all that it holds, and why. */
export interface UnclosedRunner {
  readonly runner: string;
  readonly error: ErrorReport;
}

/** Closes runners, each whatever becomes of the others, and tells which of them did not let go. Never rejects. */
export async function closeRunners(runners: readonly Runner[]): Promise<readonly UnclosedRunner[]> {
  const closed = await closedAll(runners);
  return closed.map(({ runner, thrown }) => ({ runner, error: reportOf(thrown) }));
}

/** Does `work`, then closes the runners. An error of the work comes before one of the closing. */
export async function withRunners<T>(runners: readonly Runner[], work: () => Promise<T>): Promise<T> {
  let value: T;
  try {
    value = await work();
  } catch (error) {
    await closedAll(runners);
    throw error;
  }
  const [first] = await closedAll(runners);
  if (first !== undefined) throw first.thrown;
  return value;
}

async function closedAll(
  runners: readonly Runner[],
): Promise<readonly { readonly runner: string; readonly thrown: unknown }[]> {
  const ends = await Promise.allSettled(runners.map(async (runner) => await runner.close?.()));
  return ends.flatMap((end, index) =>
    end.status === 'rejected' ? [{ runner: runners[index]?.name ?? '', thrown: end.reason as unknown }] : [],
  );
}
