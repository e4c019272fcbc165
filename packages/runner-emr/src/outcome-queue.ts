/** What is added while it is read, until its end. It is read once. */
export interface OutcomeQueue<T> extends AsyncIterable<T> {
  readonly add: (item: T) => void;
  readonly end: () => void;
  /** The reader is thrown this, behind what was added before. */
  readonly fail: (error: unknown) => void;
}

export function outcomeQueue<T>(): OutcomeQueue<T> {
  const items: T[] = [];
  let over: { readonly error?: unknown } | undefined;
  let wake = Promise.withResolvers<void>();
  return {
    add(item) {
      items.push(item);
      wake.resolve();
    },
    end() {
      over ??= {};
      wake.resolve();
    },
    fail(error) {
      over ??= { error };
      wake.resolve();
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        for (let item = items.shift(); item !== undefined; item = items.shift()) yield item;
        if (over !== undefined && 'error' in over) throw over.error;
        if (over !== undefined) return;
        await wake.promise;
        wake = Promise.withResolvers<void>();
      }
    },
  };
}
