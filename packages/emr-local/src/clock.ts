/** The time that clusters live by. */
export interface Clock {
  readonly kind: 'real' | 'virtual';
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  /** Calls back once at that time. Gives how to take it back. A virtual clock calls nobody: who moves it looks. */
  readonly wakeAt: (atMs: number, call: () => void) => () => void;
  /** Moves a virtual clock on. */
  readonly advance: (ms: number) => void;
}

const longestTimerMs = 2 ** 31 - 1;

/** The clock of this machine. It cannot be moved. */
export function realClock(): Clock {
  return Object.freeze({
    kind: 'real',
    nowMs: () => Date.now(),
    wakeAt: (atMs: number, call: () => void) => {
      const timer = setTimeout(call, Math.min(longestTimerMs, Math.max(0, atMs - Date.now())));
      return () => clearTimeout(timer);
    },
    advance: () => undefined,
  });
}

/** A clock that stands until it is moved on. Starts at `startMs`. */
export function virtualClock(startMs = Date.UTC(2018, 6, 24)): Clock {
  let nowMs = startMs;
  return Object.freeze({
    kind: 'virtual',
    nowMs: () => nowMs,
    wakeAt: () => () => undefined,
    advance: (ms: number) => {
      nowMs += ms;
    },
  });
}
