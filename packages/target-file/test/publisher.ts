// A process that publishes into a folder as its parent tells it: `publisher.ts <root> <task> <way>`.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { attemptToken } from '@daybook/core';
import { fileTargets } from '../src/index.ts';

const [root = '', task = '', way = ''] = process.argv.slice(2);
const target = fileTargets({ root });
const text = (version: number): Uint8Array =>
  new TextEncoder().encode(
    JSON.stringify({ version, by: process.pid, filler: 'x'.repeat(100_000), end: true }),
  );

/** Dies as if by the power, before or after the name is given. */
function dieAtLink(when: 'before' | 'after'): void {
  const { linkSync } = fs;
  fs.linkSync = (from, to) => {
    if (when === 'after') linkSync(from, to);
    process.kill(process.pid, 'SIGKILL');
  };
  syncBuiltinESMExports();
}

if (way === 'race') {
  // Each message is a version and the time at which to create it, so that all processes do so at once.
  process.on('message', async ({ version, atMs }: { version: number; atMs: number }) => {
    while (Date.now() < atMs);
    process.send?.({ version, answer: await target.createManifest(task, version, text(version)) });
  });
  process.send?.('ready');
} else if (way === 'on-and-on') {
  for (let version = (await target.currentVersion(task)) + 1; ; version += 1) {
    const stage = target.stage(task, attemptToken(version, 'a'.repeat(32)));
    await stage.write(
      'part',
      (async function* () {
        yield text(version);
      })(),
    );
    await target.createManifest(task, version, text(version));
    if (version % 5 === 0) process.send?.('ready');
  }
} else {
  dieAtLink(way === 'before-link' ? 'before' : 'after');
  await target.createManifest(task, 1, text(1));
}
