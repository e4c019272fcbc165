import { s3Failure } from './failure.ts';

/** Says in one sentence what could not be done, why, and what to do, when the store refuses. */
export async function guarded<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw s3Failure(error, doing);
  }
}

/** The same for what is given one by one. */
export async function* guardedItems<T>(doing: string, items: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* items;
  } catch (error) {
    throw s3Failure(error, doing);
  }
}
