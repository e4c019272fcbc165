import type { Undisturbed } from './cases.ts';
import { deadlyProxy } from './deadly-proxy.ts';
import type { Deaths } from './deaths.ts';
import { running } from './deaths.ts';
import { wrongIn } from './outcome-of-case.ts';

/** A run that nobody disturbs. Throws where it leaves something behind, or publishes anything else than one at home. */
export async function undisturbed(deaths: Deaths, program = false): Promise<Undisturbed> {
  const project = await deaths.project(program ? 'in-peace-with-a-program' : 'in-peace');
  try {
    const startMs = Date.now();
    const proxy = await deadlyProxy(project.server.url, undefined, () => run);
    const run = project.daybook(running(program), proxy.endpoint);
    const { code, text } = await run.ended;
    const durationMs = Date.now() - startMs;
    await proxy.close();
    const wrong = await wrongIn(project, deaths.right(program));
    if (code !== 0) wrong.unshift(`it exits ${code}: ${text}`);
    if (wrong.length > 0) throw new Error(`A run left in peace is wrong:\n${wrong.join('\n')}`);
    return { operations: proxy.operations(), durationMs };
  } finally {
    await project.close();
  }
}
