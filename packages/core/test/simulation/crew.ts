import { newActor } from './actor.ts';
import type { Central } from './central.ts';
import type { Scene, Version } from './processes.ts';
import { centralWorker } from './processes.ts';

/** The workers of one central scheduler: who dies is replaced, and at a deploy who is there is, one after the other. */
export interface Crew {
  /** What clients belong to now. */
  version(): Version;
  /** The deploy begins some time before `untilMs`, and by then is complete. */
  deploy(untilMs: number): void;
}

/** A worker that drains has at most one batch of jobs to wait for, and what comes over it while there are faults. */
const longestDrainMs = 3 * 3_600_000;

export function newCrew(scene: Scene, central: Central, failed: (error: unknown) => void): Crew {
  const { world } = scene;
  let client: Version = 'old';
  let hired = 0;
  const size = 1 + world.random.below(3);
  const versions: Version[] = Array.from({ length: size }, () => 'old');
  const goOld: (() => void)[] = [];
  /** Hires somebody for a place, now and whenever who has it is gone. */
  const hire = (place: number): void => {
    const version = versions[place] ?? 'new';
    const actor = newActor(world, `worker-${(hired += 1)}${place === 0 ? '-all' : ''}`);
    const drain = new AbortController();
    const stop = new AbortController();
    let gone = false;
    world.note(actor.name, `begins as ${version}`);
    centralWorker(scene, actor, central, version, { drain: drain.signal, signal: stop.signal })
      .then(() => {
        gone = true;
        world.note(actor.name, 'has gone');
      })
      .catch(failed);
    goOld[place] = () => {
      if (version !== 'old') return;
      const how = world.random.oneIn(3) ? stop : drain;
      world.note(actor.name, how === stop ? 'is told to stop' : 'is told to drain');
      how.abort();
      world.time.after(longestDrainMs, () => {
        if (actor.alive() && !gone) world.violate(`${actor.name} was told to go, and is there`);
      });
    };
    const watch = (): void => {
      if (actor.alive() && !gone) world.time.after(15_000, watch);
      else hire(place);
    };
    watch();
  };
  for (let place = 0; place < size; place += 1) hire(place);
  const replace = (place: number): void => {
    versions[place] = 'new';
    goOld[place]?.();
  };
  return {
    version: () => client,
    deploy(untilMs) {
      const span = untilMs - world.time.nowMs();
      world.time.after(world.random.below(span), () => {
        client = 'new';
        for (let place = 0; place < size; place += 1)
          world.time.after(world.random.below(Math.max(1, untilMs - world.time.nowMs())), () =>
            replace(place),
          );
      });
    },
  };
}
