import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { CaseOutcome } from './outcome-of-case.ts';
import { wrongCommand, wrongIn } from './outcome-of-case.ts';
import type { Deaths, Project } from './deaths.ts';
import { running } from './deaths.ts';
import { clustersLeft, documentsLeft } from './left-behind.ts';

const patienceMs = 120_000;

/** Ctrl-C while the program of a Spark job runs: its step and the cluster are ended before the command is. */
export async function interrupted(deaths: Deaths, name: string): Promise<CaseOutcome> {
  const project = await deaths.project(name);
  try {
    const gate = join(project.folder, 'gate');
    writeFileSync(gate, '');
    const run = project.daybook(running(true));
    const untilMs = Date.now() + patienceMs;
    while (!existsSync(`${gate}.waiting`) && Date.now() < untilMs) await wait(50);
    run.interrupt();
    const { code, text } = await run.ended;
    const wrong = [
      ...(code === 130 ? [] : [`a run that is interrupted exits ${code}: ${text}`]),
      ...programSteps(project).flatMap(({ state }) =>
        state === 'CANCELLED' ? [] : [`its step is ${state}`],
      ),
      ...(programSteps(project).length === 1 ? [] : ['there was no step of the program, or more than one']),
      ...(await clustersLeft(project.server)).map((each) => `after Ctrl-C, ${each}`),
      ...documentsLeft(project.scratch).map((path) => `after Ctrl-C, ${path} is left in the scratch`),
    ];
    rmSync(gate);
    wrong.push(...(await wrongCommand(project, running(true))));
    wrong.push(...(await wrongIn(project, deaths.right(true))));
    return { killed: false, clusters: project.server.state().clusters.length, wrong };
  } finally {
    await project.close();
  }
}

function programSteps({ server }: Project) {
  return server
    .state()
    .clusters.flatMap(({ steps }) => steps.filter(({ args }) => args.join(' ').includes('copy_program')));
}
