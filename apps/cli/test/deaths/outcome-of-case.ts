import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileTargets } from '@daybook/target-file';
import { different, lostResults } from '../published.ts';
import type { DeathCase } from './death-case.ts';
import { deadlyProxy } from './deadly-proxy.ts';
import type { Deaths, Project } from './deaths.ts';
import { running } from './deaths.ts';
import { clustersLeft, documentsLeft, lastWords, partsWithoutResult } from './left-behind.ts';
import { straysOf } from '../strays.ts';

/** What became of one case. */
export interface CaseOutcome {
  /** Whether the run was killed; it may have come to its end before its moment. */
  readonly killed: boolean;
  /** How many clusters there were in all. */
  readonly clusters: number;
  /** What is not as it is after a run that nobody disturbed. */
  readonly wrong: readonly string[];
}

/** Plays one case, in a project of this name. */
export async function outcomeOfCase(deaths: Deaths, name: string, each: DeathCase): Promise<CaseOutcome> {
  const project = await deaths.project(name, { spot: each.fault?.kind === 'spot-loss' });
  try {
    if (each.fault !== undefined) project.server.addFault(each.fault);
    const first = await killedRun(project, each);
    const { killed } = first;
    const wrong = [...first.wrong];
    if (killed) wrong.push(...(await wrongAfterDeath(project, each)));
    wrong.push(...(await wrongIn(project, deaths.right(each.program))));
    if (project.server.faults.pending().length > 0) wrong.push('the fault that was asked for never came');
    return { killed, clusters: project.server.state().clusters.length, wrong };
  } finally {
    await project.close();
  }
}

/** One run that is to be killed, or else to end well. */
async function killedRun(
  project: Project,
  { kill, program }: DeathCase,
): Promise<Pick<CaseOutcome, 'killed' | 'wrong'>> {
  const proxy = await deadlyProxy(project.server.url, kill, () => run);
  const run = project.daybook(running(program), proxy.endpoint);
  const timer = kill?.kind === 'time' ? setTimeout(run.kill, kill.afterMs) : undefined;
  const { code, signal, text } = await run.ended;
  clearTimeout(timer);
  await proxy.close();
  if (signal === null && code !== 0)
    return { killed: false, wrong: [`a run left alive exits ${code}: ${text}`] };
  return { killed: signal === 'SIGKILL', wrong: [] };
}

async function wrongAfterDeath(project: Project, { kill, next, program }: DeathCase): Promise<string[]> {
  const before = new Set(project.server.state().clusters.map(({ id }) => id));
  const wrong = kill?.kind === 'call' && kill.operation === 'RunJobFlow' ? unrecorded(project) : [];
  if (next === 'reap') {
    wrong.push(...(await wrongCommand(project, ['emr', 'reap', '--delete'])));
    wrong.push(...(await clustersLeft(project.server)).map((each) => `after reap, ${each}`));
  }
  wrong.push(...(await wrongCommand(project, running(program))));
  const { clusters } = project.server.state();
  const newest = clusters.filter(({ id }) => !before.has(id)).map(endMs);
  for (const each of clusters.filter(({ id }) => before.has(id))) {
    if (newest.length > 0 && newest.every((ms) => ms < endMs(each)))
      wrong.push(`cluster ${each.id}, whose owner was dead, outlived those of the run behind it`);
  }
  return wrong;
}

/** What should be on record before a cluster is asked for, and is not. */
function unrecorded({ scratch }: Project): string[] {
  const there = documentsLeft(scratch);
  return ['owners/', 'clusters/']
    .filter((prefix) => !there.some((path) => path.startsWith(prefix)))
    .map((prefix) => `a cluster was asked for, and nothing stands in ${prefix}`);
}

function endMs({ ended }: { readonly ended: string | null }): number {
  return ended === null ? Infinity : Date.parse(ended);
}

/** What is wrong once all runs have come to their end. */
export async function wrongIn(project: Project, right: ReadonlyMap<string, string>): Promise<string[]> {
  const { folder, server, scratch } = project;
  const root = join(folder, 'data');
  const target = fileTargets({ root });
  const wrong = [
    ...(await clustersLeft(server)),
    ...(await partsWithoutResult(target, root)),
    ...different(right, await project.published()),
    ...(await lostResults(join(folder, '.daybook'), target)),
    ...(await wrongCommand(project, ['verify', '--deep'])),
  ];
  const open = documentsLeft(scratch).filter((path) => !mayStay(project, path));
  wrong.push(...open.map((path) => `${path} is left in the scratch`));
  if (open.length === 0 && documentsLeft(scratch).length > 0) {
    for (const path of documentsLeft(scratch)) makeOld(join(scratch, path));
    wrong.push(...(await wrongCommand(project, ['emr', 'reap', '--delete'])));
    wrong.push(...documentsLeft(scratch).map((path) => `${path} is left in the scratch after hours`));
  }
  wrong.push(...(await straysOf(folder)).map((each) => `a process is left: ${each}`));
  return wrong.length === 0 ? [] : [...wrong, ...lastWords(project)];
}

/**
 * That a cluster was asked for stays on record for an hour where it never came: who asked is dead, and EMR might still be about to
 * start it.
 */
function mayStay({ scratch, server }: Project, path: string): boolean {
  if (!/^clusters\/.*\.json$/.test(path)) return false;
  const { cluster, id } = JSON.parse(readFileSync(join(scratch, path), 'utf8')) as {
    readonly cluster: string;
    readonly id?: string;
  };
  return id === undefined && !server.state().clusters.some(({ name }) => name.includes(cluster));
}

/** As if it had been written two hours ago. */
function makeOld(path: string): void {
  const asked = new Date(Date.now() - 7_200_000).toISOString();
  const document = JSON.parse(readFileSync(path, 'utf8')) as object;
  writeFileSync(path, JSON.stringify({ ...document, asked }));
}

export async function wrongCommand(project: Project, words: readonly string[]): Promise<readonly string[]> {
  const { code, text } = await project.daybook(words).ended;
  return code === 0 ? [] : [`daybook ${words.join(' ')} exits ${code}: ${text}`];
}
