import { allOf, bytesOf, digestOf, manyBytes } from './law-bytes.ts';
import type { Law } from './law.ts';
import type { TargetSubject } from './target-laws.ts';

const task = 'stats/date=2018-07-24';

export const manifestLaws: readonly Law<TargetSubject>[] = [
  {
    name: 'a manifest is read back byte for byte, whatever its bytes and however many',
    check: async ({ target, reopen }, expect) => {
      const other = await reopen();
      const contents = [manyBytes(256), new Uint8Array(0), bytesOf('{"é": "🍵"}\r\n'), manyBytes(300_001)];
      for (const [index, bytes] of contents.entries()) {
        expect(await target.createManifest(task, index + 1, bytes)).toEqual('created');
        for (const reader of [target, other])
          expect(digestOf(await reader.readManifest(task, index + 1))).toEqual(digestOf(bytes));
      }
    },
  },
  {
    name: 'a manifest that is not there reads as undefined',
    check: async ({ target }, expect) => {
      expect(await target.readManifest(task, 1)).toEqual(undefined);
      await target.createManifest(task, 2, bytesOf('two'));
      for (const version of [1, 3]) expect(await target.readManifest(task, version)).toEqual(undefined);
      expect(await target.readManifest('stats/date=2018-07-2', 2)).toEqual(undefined);
      expect(await target.readManifest('stats', 2)).toEqual(undefined);
    },
  },
  {
    name: 'a manifest is created once: whoever comes later is told, and changes nothing',
    check: async ({ target, reopen }, expect) => {
      const mine = bytesOf('mine, and the longer of the two');
      expect(await target.createManifest(task, 1, mine)).toEqual('created');
      for (const late of [target, await reopen()]) {
        for (const bytes of [mine, bytesOf('yours')]) {
          expect(await late.createManifest(task, 1, bytes)).toEqual('exists');
          expect(digestOf(await late.readManifest(task, 1))).toEqual(digestOf(mine));
        }
      }
      expect(await allOf(target.currentVersions('stats'))).toEqual([{ task, version: 1 }]);
    },
  },
  {
    name: 'each task has versions of its own, and none of them moves another',
    check: async ({ target }, expect) => {
      const tasks = [task, 'stats/date=2018-07-25', 'stats', 'other/date=2018-07-24'];
      for (const each of tasks)
        for (const version of [1, 2])
          expect(await target.createManifest(each, version, bytesOf(`${each} ${version}`))).toEqual(
            'created',
          );
      for (const each of tasks)
        for (const version of [1, 2])
          expect(digestOf(await target.readManifest(each, version))).toEqual(
            digestOf(bytesOf(`${each} ${version}`)),
          );
    },
  },
  {
    name: 'a manifest is the store’s own: who gave its bytes or read them may change them',
    check: async ({ target }, expect) => {
      const bytes = bytesOf('as it was');
      await target.createManifest(task, 1, bytes);
      bytes.fill(0);
      (await target.readManifest(task, 1))?.fill(0);
      expect(digestOf(await target.readManifest(task, 1))).toEqual(digestOf(bytesOf('as it was')));
    },
  },
];
