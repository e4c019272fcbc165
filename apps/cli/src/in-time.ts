import { DaybookError } from '@daybook/core';

/** What `work` gives. Where it gives nothing for `longestMs`, as a file system that hangs, that is the error `target-failed`. */
export async function inTime<T>(longestMs: number, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new DaybookError('target-failed', `There was no answer in ${Math.ceil(longestMs / 1000)} s.`));
    }, longestMs);
  });
  try {
    return await Promise.race([work(), silence]);
  } finally {
    clearTimeout(timer);
  }
}
