import { newActor } from './actor.ts';
import type { Central } from './central.ts';
import type { Scene } from './processes.ts';

/** People cancel runs and try them again, pause and resume; in the end everything is resumed. */
export function intervene({ world }: Scene, central: Central, untilMs: number): void {
  const { random } = world;
  const person = newActor(world, 'person');
  const act = async (): Promise<void> => {
    const runs = central.runs();
    const run = runs.length === 0 ? undefined : random.pick(runs).run;
    const name = random.pick([undefined, 'statistics', 'report']);
    const named = name === undefined ? {} : { name };
    switch (random.below(6)) {
      case 0:
        if (run !== undefined) await central.ask(person, { kind: 'cancel', run });
        return;
      case 1:
      case 2:
        if (run !== undefined && known(run)) await central.ask(person, { kind: 'retry', run });
        return;
      case 3:
        await central.ask(person, { kind: 'pause', ...named });
        return;
      default:
        await central.ask(person, { kind: 'resume', ...named });
    }
  };
  const known = (run: string): boolean => central.runs().some((each) => each.run === run);
  const next = (): void => {
    if (world.time.nowMs() >= untilMs) return;
    void act();
    world.time.after(random.pick([10_000, 60_000, 200_000]), next);
  };
  next();
  // Whoever paused may have died since, and his request may come late.
  const resume = (): void => {
    if (world.time.nowMs() > untilMs + 600_000) return;
    if (world.calm()) void central.ask(newActor(world, 'last'), { kind: 'resume' });
    world.time.after(60_000, resume);
  };
  world.time.after(untilMs - world.time.nowMs(), resume);
}
