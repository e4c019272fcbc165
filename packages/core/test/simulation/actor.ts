import type { Timer } from '../../src/timer.ts';
import { unreachable } from './world.ts';
import type { World } from './world.ts';

/** A process of the simulation: it can stand still, its clock can be wrong, and it can end at any of its calls. */
export interface Actor {
  readonly name: string;
  alive(): boolean;
  kill(): void;
  /** Its own clock. */
  nowMs(): number;
  /** Moves its clock, if this is a moment at which clocks are moved. */
  mayJump(): void;
  readonly timer: Timer;
  /** Resolves when the time has passed; never, when the actor is dead by then. */
  sleep(waitMs: number): Promise<void>;
  /** Asks somebody else for something over the network, once, with all that can happen to request and answer. */
  call<T>(doing: string, perform: () => Promise<T>): Promise<T>;
}

const timeoutMs = 10_000;
/** A scheduler whose clock is set right stands still for as long as it was ahead, and a simulation must outlast that. */
const mostOffMs = 3_600_000;

export function newActor(world: World, name: string): Actor {
  const { random, time } = world;
  let alive = true;
  let pausedUntilMs = 0;
  let clockOffsetMs = 0;
  const hear = (waitMs: number, act: () => void): void =>
    time.after(waitMs, () => {
      if (!alive) return;
      if (pausedUntilMs > time.nowMs()) hear(pausedUntilMs - time.nowMs(), act);
      else act();
    });
  /** Lets the actor end, stand still or have its clock moved, and goes on only if it is alive. */
  const step = async (): Promise<void> => {
    if (!alive) return await never();
    actor.mayJump();
    if (world.happens('pause')) {
      const pauseMs = random.pick([5000, 90_000, 150_000, 400_000]);
      pausedUntilMs = time.nowMs() + pauseMs;
      world.note(name, `stands still for ${pauseMs / 1000} s`);
      await actor.sleep(0);
    }
    if (!world.happens('death')) return;
    actor.kill();
    await never();
  };
  const actor: Actor = {
    name,
    alive: () => alive,
    kill() {
      if (alive) world.note(name, 'dies');
      alive = false;
    },
    nowMs: () => time.nowMs() + clockOffsetMs,
    mayJump() {
      if (!world.happens('jump')) return;
      clockOffsetMs += random.pick([-1_800_000, -60_000, 60_000, 600_000, 3_000_000]);
      if (Math.abs(clockOffsetMs) > mostOffMs) clockOffsetMs = 0;
      world.note(name, `its clock is now off by ${clockOffsetMs / 1000} s`);
    },
    timer(waitMs, act) {
      let stopped = false;
      hear(waitMs, () => {
        if (!stopped) act();
      });
      return () => {
        stopped = true;
      };
    },
    sleep: async (waitMs) => await new Promise((resolve) => hear(waitMs, resolve)),
    async call(doing, perform) {
      await step();
      const answer = await overNetwork(world, actor, doing, perform);
      await step();
      if ('thrown' in answer) throw answer.thrown;
      return answer.value;
    },
  };
  return actor;
}

type Settled<T> = { readonly value: T } | { readonly thrown: unknown };

async function overNetwork<T>(
  world: World,
  actor: Actor,
  doing: string,
  perform: () => Promise<T>,
): Promise<Settled<T>> {
  const again = (): void => {
    world.time.after(world.random.below(300_000), () => {
      world.note(actor.name, `${doing}, late`);
      void settle(perform);
    });
  };
  const lost = async (how: string): Promise<Settled<T>> => {
    world.note(actor.name, `${doing}: ${how}`);
    await actor.sleep(timeoutMs);
    return { thrown: unreachable(doing) };
  };
  if (world.happens('lost')) return await lost('the request is lost');
  if (world.happens('late')) {
    again();
    return await lost('the request is late');
  }
  await new Promise<void>((resolve) => world.time.after(1 + world.random.below(40), resolve));
  const answer = await settle(perform);
  if (world.happens('doubled')) again();
  if (world.happens('unanswered')) return await lost('the answer is lost');
  await actor.sleep(1 + world.random.below(40));
  return answer;
}

async function settle<T>(perform: () => Promise<T>): Promise<Settled<T>> {
  try {
    return { value: await perform() };
  } catch (thrown) {
    return { thrown };
  }
}

async function never(): Promise<never> {
  return await new Promise<never>(() => undefined);
}
