// A process that publishes into a bucket as its parent tells it: `publisher.ts <options as JSON> <task> <way>`.
import { attemptToken } from '@daybook/core';
import type { S3TargetsOptions } from '../src/index.ts';
import { s3Targets } from '../src/index.ts';

const [options = '', task = '', way = ''] = process.argv.slice(2);
const target = s3Targets(JSON.parse(options) as S3TargetsOptions);
const text = (version: number): Uint8Array =>
  new TextEncoder().encode(
    JSON.stringify({ version, by: process.pid, filler: 'x'.repeat(100_000), end: true }),
  );

async function* chunksOf(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

if (way === 'race') {
  await target.currentVersion(task);
  // Each message is a version and the time at which to create it, so that all processes do so at once.
  process.on('message', async ({ version, atMs }: { version: number; atMs: number }) => {
    while (Date.now() < atMs);
    process.send?.({ version, answer: await target.createManifest(task, version, text(version)) });
  });
  process.send?.('ready');
} else if (way === 'on-and-on') {
  for (let version = (await target.currentVersion(task)) + 1; ; version += 1) {
    const stage = target.stage(task, attemptToken(version, 'a'.repeat(32)));
    await stage.write('part', chunksOf(new Uint8Array(9_000_000)));
    await target.createManifest(task, version, text(version));
    process.send?.('ready');
  }
} else {
  await target.createManifest(task, 1, text(1));
  for await (const chunk of target.attempts(task)) process.stdout.write(chunk.attempt);
}
