import { expect, test } from 'vitest';
import { createToken, schedulerClient } from '../src/index.ts';
import { attemptId, nextOf, published, reportOf, submitOf } from './requests.ts';
import { emptyFolder } from './running.ts';
import type { ServerProcess } from './server-process.ts';
import { serverProcess } from './server-process.ts';

interface Answered {
  readonly request: Readonly<Record<string, unknown>>;
  readonly response: Readonly<Record<string, unknown>>;
}

const [tasks, workers, rounds] = [600, 8, 3];

/**
 * Everything that a client was ever told is written down and asked again of the server that comes after the killed one: the
 * same ids must get the same answers. The server takes a snapshot every few kilobytes, so that kills fall into these too.
 */
test('after kill -9 in the middle of load, every answer given before stands', async () => {
  const state = emptyFolder();
  const token = createToken(state, 'operator').token;
  const answered: Answered[] = [];
  let ids = 0;
  const newId = (): string => attemptId((ids += 1));
  let server = await serverProcess(state, 10_000);
  await told(server, token, submitOf('r', tasks), answered);
  const held = new Map<string, string>();
  for (let round = 0; round < rounds; round += 1) {
    const until = answered.length + 150 + round * 37;
    const killed = killAt(until, answered, server);
    await Promise.allSettled(
      Array.from({ length: workers }, (_, index) =>
        workUntilDead(server, token, `w${index}`, newId, answered, held),
      ),
    );
    await killed;
    server = await serverProcess(state, 10_000);
    await holdsAgain(server, token, answered);
  }
  // What is left is worked off, each task once more at most: nothing was lost and nothing is done twice.
  await Promise.all(
    Array.from({ length: workers }, (_, index) => workOff(server, token, `w${index}`, newId, answered, held)),
  );
  const client = schedulerClient({ url: server.url, token });
  const page = await client.tasks('r');
  expect(page?.tasks.filter(({ state }) => state !== 'ended')).toEqual([]);
  expect(page?.tasks).toHaveLength(tasks);
  const accepted = answered.filter(
    ({ request, response }) => request['kind'] === 'report' && response['accepted'] === true,
  );
  expect(new Set(accepted.map(({ request }) => request['attempt'])).size).toBe(accepted.length);
  const { attempts } = await client.attempts({ limit: 1000 });
  const publishedOnce = attempts.filter(({ outcome }) => outcome === 'published').map(({ task }) => task);
  expect(publishedOnce).toHaveLength(tasks);
  expect(new Set(publishedOnce).size).toBe(tasks);
  expect(await server.stop()).toBe(0);
  client.close();
});

/** Kills the server when so many answers were given, in the middle of the others. */
async function killAt(count: number, answered: readonly Answered[], server: ServerProcess): Promise<void> {
  while (answered.length < count) await new Promise((resolve) => setImmediate(resolve));
  await server.kill();
}

async function told(
  server: ServerProcess,
  token: string,
  request: Answered['request'],
  answered: Answered[],
): Promise<Answered['response']> {
  const response = await post(server.url, token, request);
  answered.push({ request, response });
  return response;
}

async function post(url: string, token: string, request: unknown): Promise<Answered['response']> {
  const answer = await fetch(`${url}/v1/requests`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Answered['response'];
}

/** Takes one attempt after the other and reports it, until the server is gone. */
async function workUntilDead(
  server: ServerProcess,
  token: string,
  worker: string,
  newId: () => string,
  answered: Answered[],
  held: Map<string, string>,
): Promise<void> {
  for (;;) {
    const id = newId();
    held.set(id, worker);
    const work = await told(server, token, nextOf(worker, id), answered);
    if ((work['leases'] as readonly unknown[]).length > 0)
      await told(server, token, reportOf(worker, id), answered);
    held.delete(id);
  }
}

/** First what was begun before a kill, asked for with the same ids; then what is left. */
async function workOff(
  server: ServerProcess,
  token: string,
  worker: string,
  newId: () => string,
  answered: Answered[],
  held: ReadonlyMap<string, string>,
): Promise<void> {
  const mine = [...held].filter(([, holder]) => holder === worker).map(([id]) => id);
  for (const id of mine) {
    const work = await told(server, token, nextOf(worker, id), answered);
    if ((work['leases'] as readonly unknown[]).length > 0)
      await told(server, token, reportOf(worker, id), answered);
  }
  for (;;) {
    const id = newId();
    const work = await told(server, token, nextOf(worker, id), answered);
    if ((work['leases'] as readonly unknown[]).length === 0) return;
    await told(server, token, reportOf(worker, id), answered);
  }
}

/** Holds a new server to all that the ones before it have said. */
async function holdsAgain(
  server: ServerProcess,
  token: string,
  answered: readonly Answered[],
): Promise<void> {
  const client = schedulerClient({ url: server.url, token });
  const { attempts } = await client.attempts({ limit: 1000 });
  const ended = new Map(attempts.map((each) => [each.attempt, each]));
  const reported = new Set(
    answered.flatMap(({ request, response }) =>
      request['kind'] === 'report' && response['accepted'] === true ? [String(request['attempt'])] : [],
    ),
  );
  const wrong: unknown[] = [];
  for (const { request, response } of answered) {
    if (request['kind'] === 'submit') {
      // Not sent again: what has ended would begin anew.
      expect((await client.tasks(String(request['run'])))?.tasks).toHaveLength(tasks);
    } else if (request['kind'] === 'report' && response['accepted'] === true) {
      const known = ended.get(String(request['attempt']));
      if (known?.outcome !== published.kind) wrong.push({ request, response, known });
    } else if (request['kind'] === 'next') {
      for (const lease of response['leases'] as readonly {
        readonly attempt: string;
        readonly task: string;
      }[]) {
        if (reported.has(lease.attempt)) {
          if (ended.get(lease.attempt)?.task !== lease.task)
            wrong.push({ lease, ended: ended.get(lease.attempt) });
          continue;
        }
        const again = await post(server.url, token, request);
        const leases = again['leases'] as readonly { readonly attempt: string; readonly task: string }[];
        const spent = (again['spent'] as readonly string[] | undefined) ?? [];
        const same = leases.some(({ attempt, task }) => attempt === lease.attempt && task === lease.task);
        // A report whose answer was lost may have been kept: then its attempt has ended, as was reported.
        if (!same && !(spent.includes(lease.attempt) && ended.get(lease.attempt)?.task === lease.task))
          wrong.push({ lease, again });
      }
    }
  }
  expect(wrong).toEqual([]);
  client.close();
}
