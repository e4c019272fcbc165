import { randomBytes } from 'node:crypto';
import { S3 } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { S3TargetsOptions } from '../src/index.ts';
import type { ServerKind } from './servers/server-kinds.ts';
import { isInstalled, serverKinds, testCredentials } from './servers/server-kinds.ts';
import type { RunningServer } from './servers/start-server.ts';
import { startServer } from './servers/start-server.ts';

/** A server that a test file runs on. */
export interface TestServer {
  readonly kind: ServerKind;
  /** Known once the tests run. */
  endpoint(): string;
  /** A client of the tests' own. */
  client(): S3;
  /** Makes an empty bucket, and gives the options of a target in it. */
  newBucket(): Promise<S3TargetsOptions & { readonly endpoint: string }>;
}

/**
 * Defines the same tests on each of the servers. One that is not installed is skipped (`tellMissingServers`); with `CI=true` it
 * is a failure, so that nothing is left untried unseen.
 */
export function onServers(define: (server: TestServer) => void): void {
  for (const kind of serverKinds) onServer(kind, define);
}

/** The same on one. */
export function onServer(kind: ServerKind, define: (server: TestServer) => void): void {
  describe(`on ${kind.name} ${kind.version}`, () => {
    if (isInstalled(kind)) define(testServer(kind));
    else absent(kind);
  });
}

/** Says in one loud line which servers the machine has not. For one file of a package's tests, so that it is said once. */
export function tellMissingServers(): void {
  const missing = serverKinds
    .filter((kind) => !isInstalled(kind))
    .map(({ name, version }) => `${name} ${version}`);
  if (missing.length > 0 && !inCi)
    process.stderr.write(
      `\n!!! SKIPPED: EVERY TEST ON ${missing.join(' AND ')}. To run them: npm run servers\n\n`,
    );
}

const inCi = process.env['CI'] === 'true';

function absent(kind: ServerKind): void {
  const told = `${kind.name} ${kind.version} is not installed: npm run servers`;
  if (inCi) test('the server is there', () => expect.fail(told));
  else test.skip(told);
}

function testServer(kind: ServerKind): TestServer {
  let running: RunningServer | undefined;
  let client: S3 | undefined;
  beforeAll(async () => {
    running = await startServer(kind);
  });
  afterAll(async () => {
    client?.destroy();
    await running?.stop();
  });
  const endpoint = (): string => running?.endpoint ?? expect.fail('The server was not started.');
  const server: TestServer = {
    kind,
    endpoint,
    client: () =>
      (client ??= new S3({
        endpoint: endpoint(),
        region: 'us-east-1',
        forcePathStyle: true,
        credentials: testCredentials,
      })),
    async newBucket() {
      const bucket = `bucket-${randomBytes(6).toString('hex')}`;
      await server.client().createBucket({ Bucket: bucket });
      return { bucket, endpoint: endpoint(), credentials: testCredentials };
    },
  };
  return server;
}
