/** How much is worked on ahead of the item that is waited for. */
export interface InOrderOptions<T> {
  /** The most items at once. */
  readonly atOnce: number;
  /** What an item weighs, and how much all that are worked on weigh at most; one is always worked on. Default: nothing. */
  readonly weight?: { readonly of: (item: T) => number; readonly most: number };
}

/**
 * What `work` makes of each item, in the order of the items, several ahead of the one that is waited for. When one fails, or
 * no more are asked for, `signal` aborts those that are under way.
 */
export async function* inOrder<T, R>(
  items: Iterable<T>,
  { atOnce, weight }: InOrderOptions<T>,
  work: (item: T, signal: AbortSignal) => Promise<R>,
): AsyncGenerator<R> {
  const stop = new AbortController();
  const ahead: { readonly made: Promise<R>; readonly weight: number }[] = [];
  let weighs = 0;
  const hasRoom = (own: number): boolean =>
    ahead.length === 0 || (ahead.length < atOnce && (weight === undefined || weighs + own <= weight.most));
  const next = async (): Promise<R> => {
    const first = ahead.shift() as (typeof ahead)[number];
    weighs -= first.weight;
    return await first.made;
  };
  try {
    for (const item of items) {
      const own = weight?.of(item) ?? 0;
      while (!hasRoom(own)) yield await next();
      const made = work(item, stop.signal);
      // Those further ahead may fail first, and are told of when their turn comes.
      made.catch(() => undefined);
      ahead.push({ made, weight: own });
      weighs += own;
    }
    while (ahead.length > 0) yield await next();
  } finally {
    stop.abort();
  }
}
