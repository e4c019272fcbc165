import type { NextRequest, ProjectRef, Scheduler, WorkResponse } from '@daybook/core';
import type { Watching } from './board.ts';
import type { Answered, Engine } from './engine.ts';

/**
 * Answers a question for work. Where there is none it waits until there is, until one of the worker's runners has nothing
 * ahead any more, or until `untilMs`.
 */
export async function awaitWork(
  engine: Engine,
  request: NextRequest,
  untilMs: number,
  { nowMs, signal }: Watching,
): Promise<Answered> {
  let idle: string | undefined;
  for (;;) {
    const version = engine.version();
    const answered = await engine.ask(request);
    const { response } = answered;
    if (response.kind !== 'work' || response.leases.length > 0 || response.spent !== undefined)
      return answered;
    const idleNow = response.idleRunners.join('\n');
    idle ??= idleNow;
    if (idle !== idleNow) return answered;
    const dueMs = Math.min(untilMs, nowMs() + (response.againInMs ?? Infinity));
    await awaitChance(engine, request, response, { version, dueMs, nowMs, signal });
    if (signal.aborted || nowMs() >= untilMs) return answered;
  }
}

interface Chance extends Watching {
  /** That of the answer. */
  readonly version: number;
  /** When something falls due by itself. */
  readonly dueMs: number;
}

/** Waits until the answer to the same question may be another one. */
async function awaitChance(
  engine: Engine,
  request: NextRequest,
  answer: WorkResponse,
  { version, dueMs, nowMs, signal }: Chance,
): Promise<void> {
  for (let seen = version; !signal.aborted && nowMs() < dueMs;) {
    await engine.change(seen, dueMs - nowMs(), signal);
    seen = engine.version();
    if (await engine.read((scheduler) => isAnother(scheduler, request, answer))) return;
  }
}

function isAnother(
  scheduler: Scheduler,
  { project, runners }: NextRequest,
  { idleRunners }: WorkResponse,
): boolean {
  const lanes = scheduler
    .ahead()
    .filter((lane) => runners.includes(lane.runner) && isOf(lane.project, project));
  const busy = new Set(lanes.map(({ runner }) => runner));
  return (
    lanes.some(({ ready }) => ready > 0) ||
    runners.some((each) => busy.has(each) === idleRunners.includes(each))
  );
}

function isOf(a: ProjectRef | undefined, b: ProjectRef | undefined): boolean {
  return a?.target === b?.target && a?.digest === b?.digest;
}
