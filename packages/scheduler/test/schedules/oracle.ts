/** The clock showed `nowMs` when so much time had passed, and a process was there to look at it. */
export interface Look {
  readonly ranMs: number;
  readonly nowMs: number;
}

/**
 * What is to be told of which due time, by the rules alone: a schedule that is due at every multiple of `periodMs`, with a memory
 * that nothing can take from it. `endsMs` is when the end of a run was seen, in the time that had passed.
 */
export function toldOf(
  looks: readonly Look[],
  endsMs: readonly number[],
  periodMs: number,
  overlap: 'queue' | 'skip',
): readonly string[] {
  const told: string[] = [];
  const ends = [...endsMs];
  let handledMs = looks[0]?.nowMs ?? 0;
  let [open, waits] = [false, false];
  for (const { ranMs, nowMs } of looks) {
    for (; ends[0] !== undefined && ends[0] <= ranMs; ends.shift()) [open, waits] = [waits, false];
    const dueMs = Math.floor(nowMs / periodMs) * periodMs;
    if (dueMs <= handledMs) continue;
    handledMs = dueMs;
    const event = !open ? 'schedule-due' : overlap === 'queue' ? 'schedule-waits' : 'schedule-passed-over';
    told.push(`${event} ${new Date(dueMs).toISOString()}`);
    if (!open) open = true;
    else if (overlap === 'queue') waits = true;
  }
  return told;
}
