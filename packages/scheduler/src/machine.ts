import type { Request, Response, SchedulerEvent, SchedulerOptions, SchedulerState } from '@daybook/core';
import { Scheduler } from '@daybook/core';

/** The pure scheduler, with what happened in each step beside its answer. */
export interface Machine {
  readonly scheduler: Scheduler;
  handle(
    request: Request,
    nowMs: number,
  ): { readonly response: Response; readonly events: readonly SchedulerEvent[] };
}

/** What a machine is told once and for all: plain JSON, kept with its state. */
export type MachineOptions = Omit<SchedulerOptions, 'told'>;

/** A machine that goes on from `state`, or a new one. */
export function machineFrom(state: SchedulerState | undefined, options: MachineOptions): Machine {
  let events: SchedulerEvent[] = [];
  const all: SchedulerOptions = { ...options, told: (event) => void events.push(event) };
  const scheduler = state === undefined ? new Scheduler(all) : Scheduler.from(state, all);
  return {
    scheduler,
    handle(request, nowMs) {
      events = [];
      const response = scheduler.handle(request, nowMs);
      return { response, events };
    },
  };
}
