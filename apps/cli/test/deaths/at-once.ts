import type { CaseOutcome } from './outcome-of-case.ts';
import { wrongCommand, wrongIn } from './outcome-of-case.ts';
import type { Deaths } from './deaths.ts';
import { running } from './deaths.ts';
import { deadlyProxy } from './deadly-proxy.ts';

/**
 * Two runs at once that share EMR and scratch. Neither touches the cluster of the other while it lives; if the first is killed,
 * the second, or whoever comes next, ends its cluster and leaves its own alone.
 */
export async function twoAtOnce(deaths: Deaths, name: string, killsOne: boolean): Promise<CaseOutcome> {
  const one = await deaths.project(`${name}-one`);
  const other = await deaths.project(`${name}-other`, { beside: one });
  try {
    const kill = { kind: 'call', operation: 'AddJobFlowSteps', nth: 2, when: 'after' } as const;
    const proxy = await deadlyProxy(one.server.url, killsOne ? kill : undefined, () => first);
    const first = one.daybook(running(), proxy.endpoint);
    const second = other.daybook(running());
    const [{ code, signal, text }, theOther] = await Promise.all([first.ended, second.ended]);
    await proxy.close();
    const wrong: string[] = [];
    if (code !== (killsOne ? null : 0)) wrong.push(`the first exits ${code}: ${text}`);
    if (theOther.code !== 0) wrong.push(`the second exits ${theOther.code}: ${theOther.text}`);
    const { clusters } = one.server.state();
    if (clusters.length !== 2) wrong.push(`there were ${clusters.length} clusters`);
    const good = clusters.filter(({ steps }) => steps.every(({ state }) => state === 'COMPLETED'));
    if (good.length < (killsOne ? 1 : 2)) wrong.push('a cluster was ended in the middle of its steps');
    if (killsOne) wrong.push(...(await wrongCommand(one, running())));
    for (const project of [other, one]) wrong.push(...(await wrongIn(project, deaths.right())));
    return { killed: signal === 'SIGKILL', clusters: one.server.state().clusters.length, wrong };
  } finally {
    await other.close();
    await one.close();
  }
}
