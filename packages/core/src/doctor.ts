import { reportOf } from './errors.ts';

/** One thing that was tried out where Daybook runs, and how it went: a line of `daybook doctor`. */
export interface DoctorLine {
  /** A few words: `hard links`. */
  readonly what: string;
  readonly ok: boolean;
  /** What was found: a version, a path, a size, or the error. */
  readonly detail: string;
  /** What to do about it, where it is not ok. */
  readonly remedy?: string;
}

/**
 * Tries something out: `work` gives the detail of a line that is ok; what it throws is the detail of one that is not.
 * @example await tried('hard links', 'Put the root on a file system that has them.', async () => …)
 */
export async function tried(what: string, remedy: string, work: () => Promise<string>): Promise<DoctorLine> {
  try {
    return { what, ok: true, detail: await work() };
  } catch (error) {
    return { what, ok: false, detail: reportOf(error).message, remedy };
  }
}
