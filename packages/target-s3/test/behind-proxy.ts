import type { Target } from '@daybook/core';
import { onTestFinished } from 'vitest';
import type { S3TargetsOptions } from '../src/index.ts';
import { s3Targets } from '../src/index.ts';
import type { FaultProxy, Faults, SeenRequest } from './fault-proxy.ts';
import { faultProxy } from './fault-proxy.ts';
import type { TestServer } from './on-servers.ts';

/** A target whose requests meet faults, and one on the same bucket that goes straight to the server. */
export interface BehindProxy {
  readonly target: Target;
  readonly straight: Target;
  readonly options: S3TargetsOptions;
  readonly proxy: FaultProxy;
  /** The requests of a method whose path ends so. */
  seen(method: string, end: string): readonly SeenRequest[];
}

/** Opens an empty bucket of a server behind a proxy; both go when the test ends. */
export async function behindProxy(server: TestServer, faults: Faults): Promise<BehindProxy> {
  const options = await server.newBucket();
  const proxy = await faultProxy(server.endpoint(), faults);
  onTestFinished(async () => proxy.close());
  const proxied = { ...options, endpoint: proxy.endpoint };
  return {
    target: s3Targets(proxied),
    straight: s3Targets(options),
    options: proxied,
    proxy,
    seen: (method, end) => proxy.seen.filter((each) => each.method === method && each.path.endsWith(end)),
  };
}
