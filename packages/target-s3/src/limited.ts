/** Work that goes on at once, up to a limit, and fails as a whole. */
export interface Limited {
  /** Starts some when there is room for it. Rejects when any that was started before has failed. */
  start(work: () => Promise<void>): Promise<void>;
  /** Waits for all that was started; rejects with the first failure. */
  settled(): Promise<void>;
  /** The same, whatever became of it. */
  ended(): Promise<void>;
}

export function limited(atOnce: number): Limited {
  const underWay = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  const until = async (most: number): Promise<void> => {
    while (underWay.size > most) await Promise.race(underWay);
  };
  const throwFailure = (): void => {
    if (failure !== undefined) throw failure.error;
  };
  return {
    async start(work) {
      await until(atOnce - 1);
      throwFailure();
      const one: Promise<void> = work()
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => underWay.delete(one));
      underWay.add(one);
    },
    async settled() {
      await until(0);
      throwFailure();
    },
    ended: () => until(0),
  };
}
