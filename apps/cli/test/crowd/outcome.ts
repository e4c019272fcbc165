import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { schedulerClient } from '@daybook/scheduler';
import { fileTargets } from '@daybook/target-file';
import { closing } from '../month/small-month.ts';
import type { ProcessGroup } from '../process-group.ts';
import { different, lostAmong, publishedIn } from '../published.ts';
import { straysOf } from '../strays.ts';
import { errorsLogged, wrongAttempts } from './attempts-told.ts';
import { scratchLeft, wrongLeftovers } from './left-over.ts';
import type { Member } from './member.ts';
import type { Members, Surroundings } from './members.ts';
import { leaseMs, startSchedulerMember, startThere } from './members.ts';
import type { Told } from './state-kept.ts';
import { noneHeld, told, toldOtherwise, wrongFile } from './state-kept.ts';
import { wrongVersions } from './versions-made.ts';

/** How a crowd came to its end once nobody disturbed it any more. */
export interface Outcome {
  /** How many attempts there were, and how many of them were lost. */
  readonly attempts: number;
  readonly lost: number;
  /** What is not as it is after a run that nobody disturbs. */
  readonly wrong: readonly string[];
}

/** Where the scheduler is asked through the network, and where it is. */
interface Urls {
  readonly network: string;
  scheduler(): string;
}

/** How long each step may take that ends by itself. */
const patienceMs = 60_000;

/** Brings a crowd to its end, and looks at all that is there then. */
export async function outcomeOf(
  around: Surroundings,
  members: Members,
  urls: Urls,
  right: ReadonlyMap<string, string>,
): Promise<Outcome> {
  const { folder, state, tokens } = around;
  const start = (words: readonly string[]): ProcessGroup => startThere(around, 'operator', words);
  // What was lost three times ends a run, and so does an operator.
  const wrong = [...(await wrongEnd(members.submitter, [0, 3]))];
  wrong.push(...(await wrongRun(start([...closing, '--scheduler', urls.network]), 'the last run')));
  const client = schedulerClient({ url: urls.scheduler(), token: tokens.operator });
  wrong.push(...(await noneHeld(client, 3 * leaseMs)));
  client.close();
  const ends = members.workers.map(async (worker) => {
    await inTime(worker.lives.at(-1)?.group.printed('"working"'));
    return await wrongEnd(worker, [0], 'SIGTERM');
  });
  wrong.push(...(await Promise.all(ends)).flat());
  const before = await told(urls.scheduler(), tokens.operator);
  wrong.push(...(await wrongState(around, members.scheduler, urls.scheduler, before)));
  const ended = before.attempts;
  const data = join(folder, 'data');
  const target = fileTargets({ root: data });
  wrong.push(
    ...wrongFile(state),
    ...members.all.flatMap((member) => member.unexpected()),
    ...errorsLogged(members.all),
    ...wrongAttempts(ended, members.workers, members.scheduler),
    ...(await lostAmong(ended, target)),
    ...(await wrongVersions(target, ended)),
    ...(await wrongLeftovers(start, data, ended)),
    ...(await wrongRun(start(['verify', '--deep']), 'verify --deep')),
    ...different(right, await publishedIn(target, true)),
    ...scratchLeft(join(folder, 'tmp')),
    ...(await straysOf(folder)).map((each) => `a process is left: ${each}`),
  );
  const lost = ended.filter(({ end }) => end.kind === 'lost').length;
  return { attempts: ended.length, lost, wrong };
}

/** Waits for the end of a member that is told to leave. */
async function wrongEnd(
  member: Member,
  codes: readonly number[],
  signal?: NodeJS.Signals,
): Promise<readonly string[]> {
  const ended = await inTime(member.leave(signal));
  if (ended === undefined) {
    member.kill(true);
    return [`${member.name} does not end: ${member.lives.at(-1)?.group.text()}`];
  }
  if (ended.code !== null && codes.includes(ended.code)) return [];
  return [`${member.name} ends with ${ended.code ?? ended.signal}: ${ended.text}`];
}

/** Waits for the end of a command. */
async function wrongRun(group: ProcessGroup, name: string): Promise<readonly string[]> {
  const ended = await inTime(group.ended);
  group.kill();
  if (ended === undefined) return [`${name} does not end: ${group.text()}`];
  return ended.code === 0 ? [] : [`${name} exits ${ended.code}: ${ended.text}`];
}

/** Starts the scheduler from its snapshot and its journal, and then from a snapshot alone: it tells of the same. */
async function wrongState(
  around: Surroundings,
  scheduler: Member,
  url: () => string,
  before: Told,
): Promise<readonly string[]> {
  const { operator } = around.tokens;
  const was = url();
  scheduler.kill(false);
  await untilSo(() => url() !== was);
  const wrong = [...toldOtherwise(before, await told(url(), operator), 'SIGKILL')];
  wrong.push(...(await wrongEnd(scheduler, [0], 'SIGTERM')));
  let last: string | undefined;
  const again = startSchedulerMember(around, (at) => (last = at));
  await untilSo(() => last !== undefined);
  wrong.push(...toldOtherwise(before, await told(last ?? '', operator), 'SIGTERM'));
  wrong.push(...(await wrongEnd(again, [0], 'SIGTERM')), ...again.unexpected());
  return wrong;
}

/** Waits until it is so, and no longer than anybody waits. */
async function untilSo(isSo: () => boolean): Promise<void> {
  const untilMs = Date.now() + patienceMs;
  while (!isSo() && Date.now() < untilMs) await wait(20);
}

/** Undefined where it takes longer than anybody waits. */
async function inTime<T>(awaited: Promise<T> | undefined): Promise<T | undefined> {
  const enough = new AbortController();
  const late = wait(patienceMs, undefined, { signal: enough.signal }).catch(() => undefined);
  const first = await Promise.race([awaited, late]);
  enough.abort();
  return first;
}
