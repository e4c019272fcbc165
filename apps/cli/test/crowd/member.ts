import { setTimeout as wait } from 'node:timers/promises';
import type { Ended, ProcessGroup } from '../process-group.ts';

/** One process from its start to its end. */
export interface Life {
  readonly group: ProcessGroup;
  /** When it was killed; infinite where it was not. */
  readonly killedMs: number;
  /** From when to when it was stopped. */
  readonly stops: readonly { readonly fromMs: number; readonly toMs: number }[];
}

/** A process that is started again whenever it has ended. */
export interface Member {
  readonly name: string;
  /** All that it has been, the last one is now. */
  readonly lives: readonly Life[];
  /** Kills it, alone or with its children. */
  kill(withChildren: boolean): void;
  /** Stops it, alone or with its children, and lets it go on after so long. False where it is stopped already, or killed. */
  stopFor(durationMs: number, withChildren: boolean): boolean;
  /** Whether it is stopped now. */
  stopped(): boolean;
  /** Resolves when it says `event` for the next time in this life. */
  saysNext(event: string): Promise<void>;
  /** Lets it go on now. */
  goOn(): void;
  /** Starts it no more, and lets it go on. Resolves with its last end, which is asked for with `signal` where one is given. */
  leave(signal?: NodeJS.Signals): Promise<Ended>;
  /** How it ended by itself where it should not have. */
  unexpected(): readonly string[];
}

/** What ends by itself is not started again in a hurry. */
const restMs = 300;

/** Starts a member that may end by itself with these codes. */
export function startMember(
  name: string,
  start: () => ProcessGroup,
  mayEndWith: readonly number[] = [],
): Member {
  const lives: { group: ProcessGroup; killedMs: number; stops: { fromMs: number; toMs: number }[] }[] = [];
  const unexpected: string[] = [];
  let leaving = false;
  let goOn = (): void => undefined;
  const live = async (): Promise<Ended> => {
    for (;;) {
      const life = { group: start(), killedMs: Infinity, stops: [] };
      lives.push(life);
      await life.group.gone;
      // One that was killed is followed at once, and its children may still be there.
      if (life.killedMs < Infinity && !leaving) continue;
      const ended = await life.group.ended;
      if (leaving) return ended;
      if (ended.code === null || !mayEndWith.includes(ended.code))
        unexpected.push(`${name} ended by itself with ${ended.code ?? ended.signal}: ${ended.text}`);
      await wait(restMs);
      if (leaving) return ended;
    }
  };
  const living = live();
  const now = () => lives.at(-1);
  return {
    name,
    lives,
    kill(withChildren) {
      const life = now();
      if (life === undefined) return;
      life.killedMs = Math.min(life.killedMs, Date.now());
      // Children that are stopped would not see that it is gone.
      if (withChildren || isStopped(life)) life.group.signal('SIGKILL');
      else life.group.signalAlone('SIGKILL');
    },
    stopFor(durationMs, withChildren) {
      const life = now();
      // Children of one that is dead would never be let go on.
      if (life === undefined || life.killedMs < Infinity || isStopped(life)) return false;
      const stop = { fromMs: Date.now(), toMs: Infinity };
      life.stops.push(stop);
      if (withChildren) life.group.signal('SIGSTOP');
      else life.group.signalAlone('SIGSTOP');
      const go = (): void => {
        clearTimeout(timer);
        if (stop.toMs < Infinity) return;
        stop.toMs = Date.now();
        life.group.signal('SIGCONT');
      };
      const timer = setTimeout(go, durationMs);
      goOn = go;
      return true;
    },
    stopped: () => isStopped(now()),
    async saysNext(event) {
      const group = now()?.group;
      await group?.printed(`"event":"${event}"`, group.text().length);
    },
    goOn: () => goOn(),
    async leave(signal) {
      leaving = true;
      goOn();
      if (signal !== undefined) now()?.group.signalAlone(signal);
      return await living;
    },
    unexpected: () => unexpected,
  };
}

function isStopped(life: Pick<Life, 'stops'> | undefined): boolean {
  return life !== undefined && life.stops.some(({ toMs }) => toMs === Infinity);
}
