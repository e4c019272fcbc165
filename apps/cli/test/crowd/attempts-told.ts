import type { Life, Member } from './member.ts';
import type { AttemptTold } from './state-kept.ts';

interface LogLine {
  readonly level: string;
  readonly event: string;
  readonly worker?: string;
  readonly attempt?: string;
  readonly outcome?: string;
}

/** How attempts end where nothing but processes, connections and operators is disturbed. */
const expected = new Set(['published', 'unchanged', 'fresh', 'superseded', 'lost', 'cancelled']);

/** What the journal says of attempts, and what their workers said or lived through, where the two do not agree. */
export function wrongAttempts(
  ended: readonly AttemptTold[],
  workers: readonly Member[],
  scheduler: Member,
): readonly string[] {
  const outcomes = Map.groupBy(ended, ({ attempt }) => attempt);
  const twice = [...outcomes].filter(([, ends]) => ends.length > 1);
  const lives = workers.flatMap((worker) => worker.lives.map((life) => ({ life, log: logOf(life) })));
  const lifeOf = new Map(lives.map(({ life, log }) => [nameIn(log), life]));
  return [
    ...twice.map(([attempt, ends]) => `${attempt} ended ${ends.map(({ end }) => end.kind).join(' and ')}`),
    ...ended
      .filter(({ end }) => !expected.has(end.kind) && !isReadAgain(end))
      .map(({ attempt, task, end }) => `${attempt} at ${task} ended ${JSON.stringify(end)}`),
    ...lives.flatMap(({ log }) => log.flatMap((line) => wrongLine(line, outcomes))),
    ...ended
      .filter((each) => each.end.kind === 'lost' && !mayBeLost(each, lifeOf.get(each.worker), scheduler))
      .map(({ attempt, task }) => `${attempt} at ${task} was lost, and nobody disturbed its worker`),
  ];
}

/** Late postings may come while a day is read. */
function isReadAgain({ kind, error }: AttemptTold['end']): boolean {
  return kind === 'failed' && error?.code === 'source-failed';
}

/** What a worker said of an attempt that the journal does not. */
function wrongLine(
  { event, attempt, outcome }: LogLine,
  outcomes: ReadonlyMap<string, readonly AttemptTold[]>,
): readonly string[] {
  if (attempt === undefined) return [];
  const kind = outcomes.get(attempt)?.[0]?.end.kind;
  if (kind === undefined) return [`a worker tells of ${attempt} (${event}), which has no outcome`];
  if (event !== 'attempt-ended' || outcome === kind) return [];
  return [`a worker was told that ${attempt} ended ${outcome}, and the journal says ${kind}`];
}

/** Only who was killed, or stopped for longer than the lease, is not heard of; or who could not be heard. */
function mayBeLost({ startedMs, endedMs }: AttemptTold, life: Life | undefined, scheduler: Member): boolean {
  if (life === undefined || life.killedMs <= endedMs) return true;
  const stops = [life, ...scheduler.lives].flatMap((each) => each.stops);
  return stops.some(({ fromMs, toMs }) => fromMs <= endedMs && toMs >= startedMs);
}

/** What the members logged as an error: nothing that is done to them is one. */
export function errorsLogged(members: readonly Member[]): readonly string[] {
  return members.flatMap(({ name, lives }) =>
    lives
      .flatMap(logOf)
      .filter(({ level }) => level === 'error')
      .map((line) => `${name} logs ${JSON.stringify(line)}`),
  );
}

function nameIn(log: readonly LogLine[]): string | undefined {
  return log.find(({ event }) => event === 'working')?.worker;
}

function logOf({ group }: Life): readonly LogLine[] {
  return group
    .text()
    .split('\n')
    .flatMap((line) => {
      try {
        return line.startsWith('{') ? [JSON.parse(line) as LogLine] : [];
      } catch {
        // It was killed in the middle of a line.
        return [];
      }
    });
}
