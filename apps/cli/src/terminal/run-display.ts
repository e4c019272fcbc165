import type { RunObserver } from '@daybook/core';

/** Shows a run while it goes on. */
export interface RunDisplay {
  readonly observer: RunObserver;
  /** A sentence that stays, be the run still going on or over. */
  note(why: string): void;
  /** The person asked to stop. */
  stopping(): void;
  /** Takes away what is not to stay on the screen. */
  close(): void;
}
