import { expect, test } from 'vitest';
import { attemptId, nextOf, reportOf, submitOf } from './requests.ts';
import { running } from './running.ts';

test('a run is submitted, worked off and told of', async () => {
  const server = await running();
  expect(await server.post(submitOf('r', 2))).toMatchObject({ status: 200, body: { kind: 'submitted' } });
  const work = await server.post(nextOf('w', attemptId(1)), 'worker');
  expect(work.body).toMatchObject({ kind: 'work', leases: [{ task: 't/number=0', attempt: attemptId(1) }] });
  expect((await server.post(reportOf('w', attemptId(1)), 'worker')).body).toMatchObject({ accepted: true });
  const attempts = await (await server.fetch('/v1/attempts?task=t/number=0')).json();
  expect(attempts).toMatchObject({ attempts: [{ attempt: attemptId(1), outcome: 'published' }] });
  expect(await (await server.fetch('/metrics')).text()).toContain('daybook_attempts_total{outcome="published",task=');
  expect(server.lines.join('')).toContain('attempt-ended');
});
