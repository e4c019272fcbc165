import { canonicalJson } from '../../src/digest.ts';
import type { Request, Response } from '../../src/scheduler/protocol.ts';
import type { TaskView } from '../../src/scheduler/scheduler.ts';
import { Scheduler } from '../../src/scheduler/scheduler.ts';
import type { SchedulerPort } from '../../src/worker.ts';
import type { Actor } from './actor.ts';
import { newActor } from './actor.ts';
import { leaseWatch } from './lease-watch.ts';
import { resources } from './project.ts';
import { unreachable } from './world.ts';
import type { World } from './world.ts';

export const leaseMs = 60_000;

/** What a client sees of a scheduler: which one it is, for one without memory is another, and its tasks. */
export interface Seen {
  readonly scheduler: number;
  readonly tasks: readonly TaskView[];
}

/** A scheduler behind a network. It can end at any request, and another takes its place after a while. */
export interface Central {
  /** The way to it for one actor: asks again until there is an answer. */
  port(actor: Actor): SchedulerPort;
  see(actor: Actor): Promise<Seen>;
}

interface Server {
  readonly number: number;
  readonly actor: Actor;
  readonly scheduler: Scheduler;
  readonly journal: { readonly request: Request; readonly nowMs: number }[];
  readonly watch: ReturnType<typeof leaseWatch>;
}

export function newCentral(world: World): Central {
  const { random } = world;
  let started = 1;
  let server = fresh(world, started);
  const stop = (): void => {
    server.actor.kill();
    world.time.after(random.pick([1000, 30_000, 200_000]), () => {
      if (server.actor.alive()) return;
      started += 1;
      server = random.oneIn(2) ? replayed(world, server, started) : fresh(world, started);
    });
  };
  /** One request as it arrives; undefined where nobody is there to answer. */
  const handle = async (request: Request): Promise<Response> => {
    if (server.actor.alive() && world.happens('death')) stop();
    const { actor, scheduler, journal, watch } = server;
    if (!actor.alive()) throw unreachable(request.kind);
    actor.mayJump();
    const nowMs = actor.nowMs();
    journal.push({ request, nowMs });
    const response = scheduler.handle(request, nowMs);
    watch.saw(request, nowMs, response, scheduler.tasks());
    note(world, actor, request, response);
    if (!world.happens('death')) return response;
    stop();
    throw unreachable(request.kind);
  };
  const untilAnswered = async <T>(actor: Actor, doing: string, perform: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        return await actor.call(doing, perform);
      } catch (error) {
        if ((error as { code?: unknown }).code !== unreachable('').code) throw error;
        await actor.sleep(500 + random.below(2000));
      }
    }
  };
  return {
    port: (actor) => async (request) =>
      await untilAnswered(actor, request.kind, async () => await handle(request)),
    see: async (actor) =>
      await untilAnswered(actor, 'see', async () => {
        if (!server.actor.alive()) throw unreachable('see');
        return { scheduler: server.number, tasks: [...server.scheduler.tasks()] };
      }),
  };
}

function fresh(world: World, number: number): Server {
  const scheduler = new Scheduler({ leaseMs, resources });
  return {
    number,
    actor: newActor(world, `scheduler-${number}`),
    scheduler,
    journal: [],
    watch: leaseWatch(leaseMs, resources, world.violate),
  };
}

/** A scheduler that has read the journal of the one before it knows what that one knew. */
function replayed(world: World, before: Server, started: number): Server {
  const scheduler = new Scheduler({ leaseMs, resources });
  for (const { request, nowMs } of before.journal) scheduler.handle(request, nowMs);
  const state = (of: Scheduler): string => canonicalJson([...of.tasks()]);
  if (state(scheduler) !== state(before.scheduler)) world.violate('a replayed scheduler is another one');
  const actor = newActor(world, `scheduler-${started}`);
  world.note(actor.name, `has read the journal of ${before.actor.name}`);
  return { ...before, actor, scheduler };
}

function note(world: World, { name }: Actor, request: Request, response: Response): void {
  if (request.kind === 'next' && response.kind === 'work') {
    for (const { task, attempt, number } of response.leases)
      world.note(name, `gives ${request.worker} attempt ${number} at ${task} (${attempt})`);
  } else if (request.kind === 'report' && response.kind === 'reported') {
    const { kind } = request.end;
    const taken = response.accepted ? 'accepts' : 'refuses';
    world.note(name, `${taken} ${kind} of ${request.attempt} from ${request.worker}`);
  } else if (request.kind === 'beat' && response.kind === 'beaten') {
    for (const id of response.lost) world.note(name, `tells ${request.worker} that ${id} is lost`);
  } else if (request.kind === 'submit') {
    const due = request.tasks.flatMap(({ task, state }) => (state === 'fresh' ? [] : [task]));
    world.note(name, `is given ${request.tasks.length} tasks, not fresh: ${due.join(', ') || 'none'}`);
  }
}
