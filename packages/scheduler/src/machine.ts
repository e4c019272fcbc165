import type { Request, Response, SchedulerEvent, SchedulerOptions, SchedulerState } from '@daybook/core';
import { Scheduler } from '@daybook/core';

/** The pure scheduler, with what happened in each step beside its answer. */
export interface Machine {
  readonly scheduler: Scheduler;
  handle(
    request: Request,
    nowMs: number,
  ): {
    readonly response: Response;
    readonly events: readonly SchedulerEvent[];
    /** When the events happened, by the scheduler's clock, which never goes back. */
    readonly atMs: number;
  };
}

/** What a machine is told once and for all: plain JSON, kept with its state. */
export type MachineOptions = Omit<SchedulerOptions, 'told'>;

/** A machine that goes on from `state`, or a new one. */
export function machineFrom(state: SchedulerState | undefined, options: MachineOptions): Machine {
  let events: SchedulerEvent[] = [];
  let atMs = 0;
  const told = (event: SchedulerEvent, toldMs: number): void => {
    events.push(event);
    atMs = toldMs;
  };
  const all: SchedulerOptions = { ...options, told };
  const scheduler = state === undefined ? new Scheduler(all) : Scheduler.from(state, all);
  return {
    scheduler,
    handle(request, nowMs) {
      events = [];
      const response = scheduler.handle(request, nowMs);
      return { response, events, atMs };
    },
  };
}
