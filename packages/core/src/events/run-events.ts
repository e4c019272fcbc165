import type { SchedulerEvent } from '../scheduler/view.ts';
import type { DaybookEvent } from './event.ts';
import { eventsOf } from './translate.ts';

/** What is told of the one run of a process, whose scheduler ends it each time that nothing is left to do. */
export interface RunEvents {
  happened(event: SchedulerEvent, atMs: number): void;
  /** Nothing becomes of the run any more: its end is told. */
  close(): void;
}

/** Tells that a run started once, and that it ended once, be it submitted again in between. */
export function runEvents(told: (event: DaybookEvent) => void): RunEvents {
  let started = false;
  let ended: readonly DaybookEvent[] = [];
  return {
    happened(event, atMs) {
      const events = eventsOf(event, atMs);
      if (event.kind === 'run-ended') {
        ended = events;
        return;
      }
      if (event.kind === 'run-started' && started) return;
      started = true;
      for (const each of events) told(each);
    },
    close() {
      for (const each of ended) told(each);
    },
  };
}
