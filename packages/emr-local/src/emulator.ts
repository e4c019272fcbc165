import type { Clock } from './clock.ts';
import type { Operation } from './model/inputs.ts';
import type { EmrMachine } from './service/machine.ts';
import type { Cluster, Fate, Loss } from './service/records.ts';
import { StepRunner } from './steps/step-runner.ts';
import type { StepSettings } from './steps/settings.ts';

/** The machine in time: it is woken when something is due, and what it decides is done. */
export interface Emulator {
  readonly clock: Clock;
  /** Answers a request. Throws `ServiceError`. */
  readonly handle: (operation: Operation, body: unknown, region: string, fate?: Fate) => unknown;
  /** Takes instances from a cluster, so many milliseconds from now. False where there is no such cluster that lives. */
  readonly lose: (clusterId: string, loss: Loss, afterMs: number) => boolean;
  /** Moves a virtual clock on. */
  readonly advance: (ms: number) => void;
  /** All clusters as they are now. */
  readonly clusters: () => readonly Cluster[];
  /** Kills all steps and waits until they are gone. */
  readonly close: () => Promise<void>;
}

/** Joins a machine, a clock and the programs of this machine. */
export function createEmulator(machine: EmrMachine, clock: Clock, settings: StepSettings): Emulator {
  let closed = false;
  let cancelWake = (): void => undefined;
  const runner = new StepRunner(settings, (stepId, failure) => {
    if (!closed) act(() => machine.stepEnded(stepId, failure, clock.nowMs()));
  });

  const act = <T>(decide: () => T): T => {
    try {
      return decide();
    } finally {
      for (const effect of machine.takeEffects()) {
        if (effect.kind === 'start-step') runner.start(effect.cluster, effect.step);
        else if (effect.kind === 'interrupt-step') runner.interrupt(effect.step.id);
        else runner.kill(effect.step.id);
      }
      cancelWake();
      const nextMs = machine.nextMs();
      if (nextMs !== undefined && !closed) cancelWake = clock.wakeAt(nextMs, look);
    }
  };
  const look = (): void => void act(() => machine.advance(clock.nowMs()));

  return Object.freeze({
    clock,
    handle: (operation: Operation, body: unknown, region: string, fate: Fate = {}) =>
      act(() => machine.handle(operation, body, { nowMs: clock.nowMs(), region, fate })),
    lose: (clusterId: string, loss: Loss, afterMs: number) =>
      act(() => machine.lose(clusterId, loss, afterMs, clock.nowMs())),
    advance: (ms: number) => {
      clock.advance(ms);
      look();
    },
    clusters: () => {
      look();
      return machine.clusters();
    },
    close: async () => {
      closed = true;
      cancelWake();
      await runner.close();
    },
  });
}
