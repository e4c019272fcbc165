import { canonicalJson } from '../../src/digest.ts';
import { DaybookError } from '../../src/errors.ts';
import type { Request, Response } from '../../src/scheduler/protocol.ts';
import { Scheduler } from '../../src/scheduler/scheduler.ts';
import type { SchedulerState } from '../../src/scheduler/state.ts';
import type { RunView } from '../../src/scheduler/view.ts';
import type { SchedulerPort } from '../../src/scheduler-port.ts';
import type { Actor } from './actor.ts';
import { newActor } from './actor.ts';
import { leaseWatch } from './lease-watch.ts';
import { resources } from './project.ts';
import { unreachable } from './world.ts';
import type { World } from './world.ts';

export const leaseMs = 60_000;
const options = { leaseMs, resources };
/** After as long without faults nobody stands still or is away any more. */
const settledMs = 20 * 60_000;

/** A scheduler behind a network. It can end at any request, and another takes its place after a while. */
export interface Central {
  /** The way to it for one actor. As over a real network there may be no answer. */
  port(actor: Actor): SchedulerPort;
  /** Asks until there is an answer. */
  ask(actor: Actor, request: Request): Promise<Response>;
  /** A run, asked for until there is an answer; undefined where the scheduler knows no such run. */
  see(actor: Actor, run: string): Promise<RunView | undefined>;
  /** The runs there are: for whoever intervenes. */
  runs(): readonly RunView[];
}

interface Server {
  readonly actor: Actor;
  readonly scheduler: Scheduler;
  readonly watch: ReturnType<typeof leaseWatch>;
  /** What a server keeps on its disk: a state, and the requests behind it. */
  snapshot: SchedulerState | undefined;
  journal: { readonly request: Request; readonly nowMs: number }[];
}

export function newCentral(world: World): Central {
  const { random } = world;
  let started = 1;
  let server = fresh(world, started);
  let ticks = 0;
  const stop = (): void => {
    server.actor.kill();
    world.time.after(random.pick([1000, 30_000, 200_000]), () => {
      if (server.actor.alive()) return;
      started += 1;
      if (random.oneIn(4)) {
        server = fresh(world, started);
        return;
      }
      server = replayed(world, server, started);
      perform({ kind: 'started' });
    });
  };
  /** Does what is due by itself when it is due. */
  const tickLater = (): void => {
    const { scheduler, actor } = server;
    const waitMs = scheduler.nextChangeMs() - actor.nowMs();
    if (waitMs === Infinity) return;
    const tick = (ticks += 1);
    world.time.after(Math.max(1, waitMs), () => {
      if (tick === ticks && actor.alive()) perform({ kind: 'tick' });
    });
  };
  const take = (request: Request, nowMs: number): Response => {
    const { actor, scheduler, watch } = server;
    server.journal.push({ request, nowMs });
    const response = scheduler.handle(request, nowMs);
    watch.saw(request, nowMs, response, scheduler);
    note(world, actor, request, response);
    return response;
  };
  const perform = (request: Request): Response => {
    const { actor, scheduler } = server;
    actor.mayJump();
    const nowMs = actor.nowMs();
    // So that what a cancel ends is not taken for what has run out by then.
    if (request.kind === 'cancel') take({ kind: 'tick' }, nowMs);
    const response = take(request, nowMs);
    if (!world.calm() && random.oneIn(20)) {
      server.snapshot = stored(scheduler.state());
      server.journal = [];
    }
    tickLater();
    return response;
  };
  /** One request as it arrives; nobody may be there to answer. */
  const handle = async (request: Request): Promise<Response> => {
    if (server.actor.alive() && world.happens('death')) stop();
    if (!server.actor.alive()) throw unreachable(request.kind);
    const response = perform(request);
    if (!world.happens('death')) return response;
    stop();
    throw unreachable(request.kind);
  };
  const once = async <T>(actor: Actor, doing: string, act: () => Promise<T>): Promise<T> => {
    try {
      return await actor.call(doing, act);
    } catch (error) {
      if ((error as { code?: unknown }).code !== unreachable('').code) throw error;
      throw new DaybookError('scheduler-unreachable', `There was no answer to: ${doing}.`);
    }
  };
  const untilAnswered = async <T>(actor: Actor, doing: string, act: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        return await once(actor, doing, act);
      } catch (error) {
        if ((error as { code?: unknown }).code !== 'scheduler-unreachable') throw error;
        await actor.sleep(500 + random.below(2000));
      }
    }
  };
  return {
    port: (actor) => async (request) => await once(actor, request.kind, async () => await handle(request)),
    ask: async (actor, request) =>
      await untilAnswered(actor, request.kind, async () => await handle(request)),
    see: async (actor, run) =>
      await untilAnswered(actor, 'see', async () => {
        if (!server.actor.alive()) throw unreachable('see');
        return server.scheduler.run(run);
      }),
    runs: () => server.scheduler.runs(),
  };
}

function fresh(world: World, number: number): Server {
  const watch = watchOf(world);
  return {
    actor: newActor(world, `scheduler-${number}`),
    scheduler: new Scheduler({ ...options, told: watch.told }),
    watch,
    snapshot: undefined,
    journal: [],
  };
}

function watchOf(world: World): ReturnType<typeof leaseWatch> {
  const watch = leaseWatch(leaseMs, resources, world.violate);
  const begunInCalm = new Set<string>();
  return {
    ...watch,
    told(event) {
      watch.told(event);
      if (event.kind === 'attempt-started' && world.calmMs() > settledMs) begunInCalm.add(event.attempt);
      if (event.kind === 'attempt-ended' && event.end.kind === 'lost' && begunInCalm.has(event.attempt))
        world.violate(`${event.attempt} at ${event.task} is lost, and nothing was wrong`);
    },
  };
}

/** A scheduler made from a state, and given the requests behind it, knows what the one before it knew. */
function replayed(world: World, before: Server, started: number): Server {
  const { snapshot, journal, watch } = before;
  // What happened is told once.
  let tells = false;
  const told: typeof watch.told = (event) => {
    if (tells) watch.told(event);
  };
  const scheduler =
    snapshot === undefined
      ? new Scheduler({ ...options, told })
      : Scheduler.from(snapshot, { ...options, told });
  for (const { request, nowMs } of journal) scheduler.handle(request, nowMs);
  if (canonicalJson(scheduler.state()) !== canonicalJson(before.scheduler.state()))
    world.violate('a scheduler made from state and journal is another one');
  tells = true;
  const actor = newActor(world, `scheduler-${started}`);
  world.note(actor.name, `knows what ${before.actor.name} knew`);
  return { ...before, actor, scheduler };
}

function stored(state: SchedulerState): SchedulerState {
  return JSON.parse(JSON.stringify(state)) as SchedulerState;
}

function note(world: World, { name }: Actor, request: Request, response: Response): void {
  // A scheduler without memory knows no run that people speak of.
  if (response.kind === 'refused' && request.kind !== 'cancel' && request.kind !== 'retry')
    world.violate(`${request.kind} is refused: ${response.why}`);
  if (request.kind === 'next' && response.kind === 'work') {
    for (const { task, attempt, number, run } of response.leases)
      world.note(name, `gives ${request.worker} attempt ${number} at ${task} (${attempt}) for ${run}`);
  } else if (request.kind === 'report' && response.kind === 'reported') {
    const { kind } = request.end;
    const taken = response.accepted ? 'accepts' : 'refuses';
    world.note(name, `${taken} ${kind} of ${request.attempt} from ${request.worker}`);
  } else if (request.kind === 'beat' && response.kind === 'beaten') {
    for (const id of response.lost) world.note(name, `tells ${request.worker} that ${id} is lost`);
    for (const id of response.cancelled) world.note(name, `tells ${request.worker} to stop ${id}`);
  } else if (request.kind === 'submit') {
    const due = request.tasks.flatMap(({ task, state }) => (state === 'fresh' ? [] : [task]));
    const { run, tasks, project } = request;
    world.note(
      name,
      `is given ${tasks.length} tasks of ${project?.digest} for ${run}, not fresh: ${due.join(', ') || 'none'}`,
    );
  } else if (request.kind !== 'tick' && request.kind !== 'next' && request.kind !== 'report') {
    world.note(name, `${JSON.stringify(request)}: ${JSON.stringify(response)}`);
  }
}
