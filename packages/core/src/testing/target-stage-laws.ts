import { AssertionError } from '../assert.ts';
import { attemptPath } from '../target.ts';
import { splitTaskId } from '../task.ts';
import {
  bytesIn,
  bytesOf,
  chunksOf,
  digestOf,
  manyBytes,
  partOf,
  readText,
  stagePart,
  tokenOf,
} from './law-bytes.ts';
import type { Law } from './law.ts';
import type { TargetSubject } from './target-laws.ts';

const task = 'stats/date=2018-07-24';
const largeBytes = 9 * 1024 * 1024 + 1;

export const stageLaws: readonly Law<TargetSubject>[] = [
  {
    name: 'a stage is below the root, at the path of its attempt and a URI of its own',
    check: async ({ target, reopen }, expect) => {
      const uris = new Set<string>();
      for (const id of [task, 'stats', 'odd/text=%2F'])
        for (const token of [tokenOf(1), tokenOf(2), tokenOf(1, 2)]) {
          const stage = target.stage(id, token);
          const { name, segment } = splitTaskId(id);
          expect(stage.path).toEqual(attemptPath(name, segment, token));
          expect([stage.uri.startsWith(target.name), stage.uri.endsWith('/')]).toEqual([true, true]);
          expect((await reopen()).stage(id, token).uri).toEqual(stage.uri);
          uris.add(stage.uri);
        }
      expect(uris.size).toEqual(9);
    },
  },
  {
    name: 'what is written is counted, and read back byte for byte',
    check: async ({ target, reopen }, expect) => {
      const stage = target.stage(task, tokenOf(1));
      const contents: Readonly<Record<string, readonly Uint8Array[]>> = {
        'part-0.parquet': [manyBytes(3), new Uint8Array(0), manyBytes(1000, 2)],
        'deep/er/part_1.tsv': [bytesOf('tea\té\n')],
        deeper: [bytesOf('no folder')],
        nothing: [],
        'an-empty-chunk': [new Uint8Array(0)],
      };
      for (const [name, chunks] of Object.entries(contents)) {
        const whole = new Uint8Array(Buffer.concat(chunks));
        const written = await stage.write(name, chunksOf(...chunks));
        expect([written.name, written.bytes]).toEqual([name, whole.length]);
        const [file] = await stage.sync([name]);
        for (const reader of [target, await reopen()])
          expect(digestOf(await bytesIn(reader.read(partOf(stage, file))))).toEqual(digestOf(whole));
      }
    },
  },
  {
    name: 'a part of many megabytes is kept whole, whatever the size of its chunks',
    check: async ({ target }, expect) => {
      const whole = manyBytes(largeBytes);
      const sizes = [1, 5 * 1024 * 1024 + 3, 65_537, largeBytes];
      let from = 0;
      const chunks = sizes.map((size) => whole.subarray(from, (from += size)));
      const part = await stagePart(target.stage(task, tokenOf(1)), 'large', ...chunks);
      expect(part.bytes).toEqual(largeBytes);
      expect(digestOf(await bytesIn(target.read(part)))).toEqual(digestOf(whole));
      const around = { start: 8 * 1024 * 1024 - 2, length: 4 };
      expect(digestOf(await bytesIn(target.read(part, [around])))).toEqual(
        digestOf(whole.subarray(around.start, around.start + around.length)),
      );
    },
  },
  {
    name: 'a name that is written again has the later bytes alone',
    check: async ({ target }, expect) => {
      const stage = target.stage(task, tokenOf(1));
      for (const text of ['the first and the longest', 'second', '', 'the last']) {
        const part = await stagePart(stage, 'deep/part', bytesOf(text));
        expect(part.bytes).toEqual(bytesOf(text).length);
        expect(await readText(target, part)).toEqual(text);
      }
    },
  },
  {
    name: 'sync tells of the names asked for, in their order, and says the same of them each time',
    check: async ({ target }, expect) => {
      const stage = target.stage(task, tokenOf(1));
      for (const name of ['a', 'bb', 'deep/ccc']) await stage.write(name, chunksOf(bytesOf(name)));
      expect(await stage.sync([])).toEqual([]);
      const asked = ['deep/ccc', 'a'];
      const files = await stage.sync(asked);
      expect(files.map(({ name, bytes }) => [name, bytes])).toEqual(asked.map((name) => [name, name.length]));
      expect(await stage.sync(asked)).toEqual(files);
      expect((await stage.sync(['bb'])).map(({ name, bytes }) => [name, bytes])).toEqual([['bb', 2]]);
    },
  },
  {
    name: 'sync of a file that is not there is an error that names it',
    check: async ({ target }, expect) => {
      const stage = target.stage(task, tokenOf(1));
      const [answer] = await Promise.allSettled([stage.sync(['never-written'])]);
      expect(answer?.status).toEqual('rejected');
      await stage.write('written', chunksOf(bytesOf('x')));
      await target.stage(task, tokenOf(2)).write('never-written', chunksOf(bytesOf('x')));
      const error: unknown = await stage
        .sync(['written', 'never-written'])
        .catch((thrown: unknown) => thrown);
      expect(error instanceof Error && error.message.includes('never-written')).toEqual(true);
      expect(error instanceof AssertionError, 'A file that is gone is a fault of the world.').toEqual(false);
      expect((error as { readonly code?: unknown }).code).toEqual('target-failed');
    },
  },
  {
    name: 'what an engine wrote into a stage by itself is synced and read like the rest',
    check: async ({ target, engineWrites }, expect) => {
      const stage = target.stage(task, tokenOf(1));
      const write = async (name: string, text: string): Promise<void> => {
        if (engineWrites === undefined) await stage.write(name, chunksOf(bytesOf(text)));
        else await engineWrites(`${stage.uri}${name}`, bytesOf(text));
      };
      await write('_temporary/0', 'left over');
      await write('deep/part-0.parquet', 'by an engine');
      await stage.write('part-1.parquet', chunksOf(bytesOf('by the target')));
      const files = await stage.sync(['deep/part-0.parquet', 'part-1.parquet']);
      const texts = files.map((file) => readText(target, partOf(stage, file)));
      expect(await Promise.all(texts)).toEqual(['by an engine', 'by the target']);
    },
  },
  {
    name: 'attempts do not see each other’s files, nor do tasks',
    check: async ({ target }, expect) => {
      const stages = [
        target.stage(task, tokenOf(1)),
        target.stage(task, tokenOf(2)),
        target.stage(task, tokenOf(1, 2)),
        target.stage('stats', tokenOf(1)),
        target.stage('stats-more/date=2018-07-24', tokenOf(1)),
      ];
      const parts = [];
      for (const [index, stage] of stages.entries())
        parts.push(await stagePart(stage, 'part', bytesOf(`text ${index}`)));
      const texts = parts.map((part) => readText(target, part));
      expect(await Promise.all(texts)).toEqual(stages.map((_, index) => `text ${index}`));
    },
  },
  {
    name: 'a write whose source breaks off passes its error on, and can be done again',
    check: async ({ target }, expect) => {
      const stage = target.stage(task, tokenOf(1));
      const broken = async function* (): AsyncIterable<Uint8Array> {
        yield bytesOf('half of it');
        throw new RangeError('The source broke off.');
      };
      const [answer] = await Promise.allSettled([stage.write('part', broken())]);
      expect(answer?.status === 'rejected' && String(answer.reason)).toEqual(
        'RangeError: The source broke off.',
      );
      expect(await readText(target, await stagePart(stage, 'part', bytesOf('whole')))).toEqual('whole');
    },
  },
];
