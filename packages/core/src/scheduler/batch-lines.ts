import type { Place } from './entry.ts';
import type { Lane } from './lane.ts';
import { getOrMake } from './lane.ts';
import type { TaskState } from './view.ts';

/**
 * Says when a batch is begun: as soon as it is full, or no more can come to it, or its first task has waited for as long as
 * the runner wants. The lines are told of every change of state and of nothing else, so that a question costs nothing.
 */
export function batchDue(place: Place, nowMs: number): boolean {
  const { batch, lane } = place;
  const line = lane.lines.get(place.name);
  if (batch === undefined || line === undefined) return true;
  const full = line.ready >= batch.max;
  return full || line.coming === 0 || lane.project.active === 0 || nowMs >= line.sinceMs + line.waitMs;
}

/** Tells the line of a task that it goes from one state to another. */
export function moveInLine(place: Place, from: TaskState, to: TaskState, nowMs: number): void {
  const { batch, lane, name } = place;
  lane.project.active += Number(isActive(place, to)) - Number(isActive(place, from));
  if (batch === undefined) return;
  const line = getOrMake(lane.lines, name, () => ({ waitMs: 0, ready: 0, coming: 0, sinceMs: 0 }));
  line.waitMs = batch.waitMs;
  line.coming += Number(isComing(to)) - Number(isComing(from));
  if (from === 'ready') line.ready -= 1;
  if (to === 'ready') {
    if (line.ready === 0) line.sinceMs = nowMs;
    line.ready += 1;
  }
  if (line.ready === 0 && line.coming === 0) lane.lines.delete(name);
}

/** The next time at which a batch of one of `lanes` falls due by itself; infinite where none is held back. */
export function nextBatchDueMs(lanes: readonly Lane[], nowMs: number): number {
  let nextMs = Infinity;
  for (const lane of lanes) {
    for (const { ready, sinceMs, waitMs } of lane.lines.values())
      if (ready > 0 && sinceMs + waitMs > nowMs) nextMs = Math.min(nextMs, sinceMs + waitMs);
  }
  return nextMs;
}

function isActive(place: Place, state: TaskState): boolean {
  return state === 'running' || state === 'backing-off' || (state === 'ready' && place.batch === undefined);
}

function isComing(state: TaskState): boolean {
  return state === 'pending' || state === 'backing-off';
}
