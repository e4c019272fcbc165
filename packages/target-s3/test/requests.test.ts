import { attemptToken } from '@daybook/core';
import { expect, test } from 'vitest';
import { s3Targets } from '../src/index.ts';
import { behindProxy } from './behind-proxy.ts';
import { allOf, bytesOf, chunksOf, digestIn, manyBytes, partOf } from './bytes.ts';
import type { SeenRequest } from './fault-proxy.ts';
import { onServers } from './on-servers.ts';

const task = 'stats/date=2018-07-24';
const mebibyte = 1024 ** 2;

/** As a store counts them: what it asks more for, and what it asks less for. Aborts and deletions cost nothing. */
function priced({ method, query }: SeenRequest): string {
  if (method === 'GET' && (query.has('list-type') || query.has('uploads'))) return 'LIST';
  return method;
}

// These counts are what docs/s3.md works out the costs from.
onServers((server) => {
  test('every question costs as many requests as docs/s3.md says', async () => {
    const { target, options, proxy } = await behindProxy(server, () => undefined);
    const counted = async (work: () => Promise<unknown>): Promise<string> => {
      const before = proxy.seen.length;
      await work();
      const kinds = proxy.seen.slice(before).map(priced);
      return [...Map.groupBy(kinds, (kind) => kind)].map(([kind, all]) => `${all.length} ${kind}`).join(', ');
    };
    const stage = target.stage(task, attemptToken(1, 'a'.repeat(32)));
    const small = manyBytes(8 * mebibyte - 1);
    const large = manyBytes(20 * mebibyte);
    expect(await counted(() => stage.write('small', chunksOf(small)))).toBe('1 PUT');
    expect(await counted(() => stage.write('large', chunksOf(large)))).toBe('2 POST, 3 PUT');
    expect(await counted(() => stage.sync(['small', 'large']))).toBe('2 HEAD');
    expect(await counted(() => target.createManifest(task, 1, bytesOf('1')))).toBe('3 PUT');
    expect(await counted(() => target.createManifest(task, 2, bytesOf('2')))).toBe('1 PUT');
    const next = s3Targets(options);
    expect(await counted(() => next.createManifest(task, 3, bytesOf('3')))).toBe('2 PUT');
    expect(await counted(() => target.currentVersion(task))).toBe('1 LIST');
    expect(await counted(() => allOf(target.currentVersions('stats')))).toBe('1 LIST');
    expect(await counted(() => allOf(target.taskNames()))).toBe('2 LIST');
    expect(await counted(() => target.readManifest(task, 1))).toBe('1 GET');
    const [part] = await stage.sync(['large']);
    if (part === undefined) expect.fail('The part was not synced.');
    const stored = partOf(stage, part);
    expect(await counted(() => digestIn(target.read(stored)))).toBe('3 GET');
    expect(await counted(() => digestIn(target.read(stored, [{ start: 5, length: 9 }])))).toBe('1 GET');
    expect(await counted(() => digestIn(target.read(stored, [])))).toBe('1 HEAD');
    const [attempt] = await allOf(target.attempts('stats'));
    expect(await counted(() => allOf(target.attempts('stats')))).toBe('2 LIST');
    if (attempt !== undefined) expect(await counted(() => target.remove(attempt))).toBe('2 LIST, 1 POST');
  });
});
