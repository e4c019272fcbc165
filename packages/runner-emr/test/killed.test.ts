import { startEmrLocal } from '@daybook/emr-local';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { checkedEmrOptions } from '../src/check-options.ts';
import { openEmr } from '../src/cluster/emr.ts';
import { stepService } from '../src/cluster/step-service.ts';
import { openDocuments } from '../src/documents/open-documents.ts';

test('the cluster of a process that was killed by SIGKILL is ended by the next one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'runner-emr-killed-'));
  const server = await startEmrLocal({ startSeconds: 0, bootstrapSeconds: 0, stopSeconds: 0 });
  const child = spawn(
    process.execPath,
    [
      '--conditions=daybook-source',
      fileURLToPath(new URL('child-owner.ts', import.meta.url)),
      server.url,
      pathToFileURL(folder).href,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });
  await once(child.stdout, 'data');
  const options = checkedEmrOptions({
    cluster: {},
    scratch: pathToFileURL(folder).href,
    endpoint: server.url,
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    pollMs: 50,
  });
  const service = stepService({ options, emr: openEmr(options), documents: openDocuments(options) });
  const [{ id, owner, ownerAlive } = { id: '' }] = await service.clusters();
  expect({ owner, ownerAlive }).toEqual({
    owner: expect.stringMatching(`process ${child.pid}$`),
    ownerAlive: true,
  });
  expect((await service.reap()).clusters).toEqual([]);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect((await service.clusters())[0]).toMatchObject({ id, ownerAlive: false });
  const end = await service.run({
    token: 'd'.repeat(32),
    label: 'of the next',
    arguments: ['bash', '-c', 'true'],
    signal: new AbortController().signal,
  });
  expect(end).toMatchObject({ kind: 'completed' });
  await service.close();
  expect(server.state().clusters.map(({ id, live }) => [id, live])).toEqual([
    [id, false],
    [expect.any(String), false],
  ]);
});
