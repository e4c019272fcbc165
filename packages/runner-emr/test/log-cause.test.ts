import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { causeIn } from '../src/cluster/log-cause.ts';
import { openWorld, shell, type World } from './world.ts';

const traceback = [
  'Traceback (most recent call last):',
  '  File "sessions.py", line 3, in <module>',
  '    read(day)',
  'books.NoSuchDay: 2018-07-24',
].join('\n');

test.each([
  [`one\n${traceback}\nShutdown hook called\n`, 'books.NoSuchDay: 2018-07-24'],
  [`${traceback}\n\nDuring handling\n\n${traceback.replace('24', '25')}\n`, 'books.NoSuchDay: 2018-07-25'],
  [
    'Exception in thread "main" java.io.IOException: no\n\tat A.b(C.java:1)\nINFO end\n',
    'Exception in thread "main" java.io.IOException: no',
  ],
  [
    'org.apache.X: y\nCaused by: java.lang.OutOfMemoryError: Java heap space\r\n\tat A\n',
    'Caused by: java.lang.OutOfMemoryError: Java heap space',
  ],
  ['INFO no Error here\nERROR: x\n', undefined],
  ['', undefined],
])('the cause in a log is what it says of an error last: %j', (log, cause) => {
  expect(causeIn(log)).toBe(cause);
});

/** A step that failed, and what is found in its logs of why. */
async function causeOf(world: World, line: string, changes: Parameters<World['owner']>[0] = {}) {
  const owner = world.owner({ cluster: { logUri: `${world.scratch}logs/` }, ...changes });
  const end = await owner.run(shell(line));
  if (end.kind !== 'failed') return expect.fail(`It is ${end.kind}.`);
  expect(end.unexplained).toBe(true);
  return await owner.causeOf(end.facts, new AbortController().signal);
}

test('is read where EMR lays the logs, from what a program of Python wrote to its standard output', async () => {
  const world = await openWorld();
  expect(await causeOf(world, `printf '%s\\n' '${traceback.replaceAll('\n', "' '")}'; exit 1`)).toBe(
    'books.NoSuchDay: 2018-07-24',
  );
});

test('is waited for, for logs come behind the end of a step', async () => {
  const world = await openWorld();
  const comesMs = world.time.surroundings.nowMs() + 60 * 60_000;
  let asked = 0;
  const documents = {
    ...world.documents,
    read: async (uri: string) => {
      if (!uri.endsWith('.gz')) return await world.documents.read(uri);
      asked += 1;
      return asked > 6 && uri.endsWith('stderr.gz') ? gzipSync('ValueError: late') : undefined;
    },
  };
  expect(await causeOf(world, 'exit 1', { documents })).toBe('ValueError: late');
  expect(world.time.surroundings.nowMs()).toBeLessThan(comesMs);
});

test('is nothing where no logs come in a minute, where they say nothing, and where they cannot be read', async () => {
  const world = await openWorld();
  const documents = {
    ...world.documents,
    read: async (uri: string) => (uri.endsWith('.gz') ? undefined : await world.documents.read(uri)),
  };
  expect(await causeOf(world, 'exit 1', { documents })).toBe(undefined);
  expect(await causeOf(world, 'echo nothing; exit 1')).toBe(undefined);
  expect(await causeOf(world, 'exit 1', { cluster: { logUri: 's3://logs/' } })).toBe(undefined);
});
