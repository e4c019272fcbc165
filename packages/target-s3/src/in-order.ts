/** How many are worked on at once, and a signal that the rest is not wanted. */
export interface InOrderOptions {
  readonly atOnce: number;
}

/**
 * What `work` makes of each item, in the order of the items, several ahead of the one that is waited for. When one fails, or
 * no more are asked for, `signal` aborts those that are under way.
 */
export async function* inOrder<T, R>(
  items: Iterable<T>,
  { atOnce }: InOrderOptions,
  work: (item: T, signal: AbortSignal) => Promise<R>,
): AsyncGenerator<R> {
  const stop = new AbortController();
  const ahead: Promise<R>[] = [];
  try {
    for (const item of items) {
      const one = work(item, stop.signal);
      // Those further ahead may fail first, and are told of when their turn comes.
      one.catch(() => undefined);
      ahead.push(one);
      if (ahead.length >= atOnce) yield await (ahead.shift() as Promise<R>);
    }
    while (ahead.length > 0) yield await (ahead.shift() as Promise<R>);
  } finally {
    stop.abort();
  }
}
