import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { startEmrLocal, virtualClock, type EmrLocal } from '../src/index.ts';
import { clusterRequest, serve } from './fixtures.ts';

/** Sends bytes as they are, with whatever headers. */
async function post(server: EmrLocal, headers: Readonly<Record<string, string>>, body: string, path = '/') {
  return await new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const sent = request(`${server.url}${path}`, { method: 'POST', headers }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
      resolve({ status: response.statusCode, body: Buffer.concat(chunks).toString('utf8') });
    });
    sent.on('error', reject).end(body);
  });
}

const target = (operation: string) => ({ 'x-amz-target': `ElasticMapReduce.${operation}` });

async function control(server: EmrLocal, method: string, path: string, body?: unknown) {
  const response = await fetch(`${server.url}/_control/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Readonly<Record<string, unknown>> };
}

describe('the server', () => {
  test.each(['0.0.0.0', '::', '10.0.0.1', 'example.com', '127.example.com'])(
    'does not listen on %s',
    async (host) => {
      await expect(startEmrLocal({ host })).rejects.toMatchObject({
        code: 'bad-option',
        message: expect.stringContaining('does not listen on'),
      });
    },
  );

  test('says which address is taken', async () => {
    const { port } = await serve();
    await expect(startEmrLocal({ port })).rejects.toMatchObject({ code: 'cannot-listen' });
  });

  test.each([
    [{ origin: 'http://evil.example' }],
    [{ host: 'evil.example' }],
    [{ host: '127.0.0.1.evil.example:80' }],
  ])('does nothing for a browser: %j', async (headers) => {
    const server = await serve();
    const body = JSON.stringify(clusterRequest());
    const answer = await post(server, { ...target('RunJobFlow'), ...headers }, body);
    expect(answer.status).toBe(403);
    expect(server.state()).toMatchObject({ clusters: [], calls: {} });
  });

  test('answers JSON 1.1, with an empty body where an operation has no output', async () => {
    const server = await serve();
    const made = await post(server, target('RunJobFlow'), JSON.stringify(clusterRequest()));
    const { JobFlowId } = JSON.parse(made.body) as { readonly JobFlowId: string };
    expect([made.status, JobFlowId]).toEqual([200, server.state().clusters[0]!.id]);
    const ended = await post(
      server,
      target('TerminateJobFlows'),
      JSON.stringify({ JobFlowIds: [JobFlowId] }),
    );
    expect(ended).toEqual({ status: 200, body: '' });
  });

  test.each([
    ['RunJobFlow', '{', 400, { __type: 'SerializationException', message: 'The body is not JSON.' }],
    [
      'RunJobFlow',
      '[]',
      400,
      { __type: 'SerializationException', message: "A structure was expected at 'the request'." },
    ],
    [
      'RunJob',
      '{}',
      400,
      { __type: 'UnknownOperationException', message: 'Could not find operation RunJob' },
    ],
    [
      'DescribeCluster',
      '{"ClusterId":"j-1"}',
      400,
      { __type: 'InvalidRequestException', Message: "Cluster id 'j-1' is not valid." },
    ],
  ])('answers %s of %s with its error', async (operation, body, status, error) => {
    const server = await serve();
    const answer = await post(server, target(operation), body);
    expect([answer.status, JSON.parse(answer.body)]).toEqual([status, error]);
  });

  test('answers what is no operation of EMR with an error', async () => {
    const server = await serve();
    expect(await post(server, { 'x-amz-target': 'DynamoDB.ListTables' }, '{}')).toMatchObject({
      status: 400,
    });
    expect((await fetch(server.url)).status).toBe(400);
  });

  test('takes the region from what was signed', async () => {
    const server = await serve();
    const authorization =
      'AWS4-HMAC-SHA256 Credential=a/20180724/us-west-2/elasticmapreduce/aws4_request, Signature=x';
    const body = JSON.stringify(clusterRequest());
    const answer = await post(server, { ...target('RunJobFlow'), authorization }, body);
    expect(answer.body).toContain('arn:aws:elasticmapreduce:us-west-2:');
  });
});

describe('control', () => {
  test('tells all clusters and counts the calls, refused ones too', async () => {
    const server = await serve();
    await post(server, target('RunJobFlow'), JSON.stringify(clusterRequest()));
    await post(server, target('RunJobFlow'), '{}');
    const { body } = await control(server, 'GET', 'state');
    expect(body).toMatchObject({
      clock: 'real',
      calls: { RunJobFlow: 2 },
      faults: [],
      clusters: [{ name: 'nightly', live: true, steps: [] }],
    });
  });

  test('moves a virtual clock, and what is due happens', async () => {
    const server = await serve({ clock: virtualClock(), startSeconds: 300, bootstrapSeconds: 60 });
    await post(server, target('RunJobFlow'), JSON.stringify(clusterRequest()));
    const states = [];
    for (const advanceSeconds of [299, 1, 60]) {
      await control(server, 'POST', 'clock', { advanceSeconds });
      states.push(server.state().clusters[0]!.state);
    }
    expect(states).toEqual(['STARTING', 'BOOTSTRAPPING', 'WAITING']);
    expect(server.state()).toMatchObject({ now: '2018-07-24T00:06:00.000Z', clock: 'virtual' });
  });

  test('takes faults and takes them back', async () => {
    const server = await serve();
    await control(server, 'POST', 'faults', { kind: 'throttle', times: 3 });
    expect((await control(server, 'GET', 'state')).body['faults']).toEqual([{ kind: 'throttle', times: 3 }]);
    await control(server, 'DELETE', 'faults');
    expect((await control(server, 'GET', 'state')).body['faults']).toEqual([]);
  });

  test.each([
    ['POST', 'faults', { kind: 'flood' }, 400, /kind is one of throttle.*"flood"/],
    ['POST', 'faults', {}, 400, /kind is one of/],
    ['POST', 'faults', { kind: 'throttle', times: 0 }, 400, /times/],
    ['POST', 'faults', { kind: 'throttle', often: 2 }, 400, /often/],
    ['POST', 'faults', { kind: 'spot-loss', afterSeconds: -1 }, 400, /afterSeconds/],
    ['POST', 'faults', { kind: 'spot-loss', endsCluster: 1 }, 400, /endsCluster/],
    ['POST', 'faults', { kind: 'spot-loss', cluster: 'j-1' }, 400, /no cluster j-1/],
    ['POST', 'faults', { kind: 'throttle', cluster: 'j-1' }, 400, /cluster is for spot-loss/],
    ['POST', 'faults', [], 400, /A fault is a JSON object/],
    ['POST', 'clock', { advanceSeconds: 1 }, 400, /--clock virtual/],
    ['GET', 'nothing', undefined, 404, /GET \/_control\/state/],
  ])('answers %s %s of %j with %d and a sentence', async (method, path, body, status, sentence) => {
    const server = await serve();
    const answer = await control(server, method, path, body);
    expect(answer.status).toBe(status);
    expect(answer.body['error']).toMatch(sentence);
  });
});
