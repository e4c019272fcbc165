import { allOf, bytesIn, bytesOf, digestOf, forEachOf, manyBytes, stagePart, tokenOf } from './law-bytes.ts';
import type { Law } from './law.ts';
import type { TargetSubject } from './target-laws.ts';

const task = 'stats/date=2018-07-24';
const racers = Array.from({ length: 16 }, (_, index) => index);

export const racingLaws: readonly Law<TargetSubject>[] = [
  {
    name: 'of many that create a version at once one does, and all of them read its bytes',
    check: async ({ target, reopen }, expect) => {
      const handles = [target, await reopen()];
      for (const version of [1, 2, 3]) {
        const tries = await Promise.all(
          racers.map(async (racer) => {
            const handle = handles[racer % handles.length] ?? target;
            const mine = manyBytes(70_000 + racer, racer);
            const answer = await handle.createManifest(task, version, mine);
            return { answer, mine: digestOf(mine), read: digestOf(await handle.readManifest(task, version)) };
          }),
        );
        const winners = tries.filter(({ answer }) => answer === 'created');
        expect(winners.length).toEqual(1);
        expect(tries.filter(({ answer }) => answer === 'exists').length).toEqual(racers.length - 1);
        expect([...new Set(tries.map(({ read }) => read))]).toEqual(winners.map(({ mine }) => mine));
      }
    },
  },
  {
    name: 'a version that is told of or can be read is whole',
    check: async ({ target, reopen }, expect) => {
      const watcher = await reopen();
      for (const version of [1, 2, 3, 4]) {
        const whole = manyBytes(1_000_000, version);
        const writer = { done: false };
        const created = target.createManifest(task, version, whole).finally(() => (writer.done = true));
        while (!writer.done) {
          const told = (await watcher.currentVersion(task)) === version;
          const bytes = await watcher.readManifest(task, version);
          if (told || bytes !== undefined) expect(digestOf(bytes)).toEqual(digestOf(whole));
          // A store in memory answers without ever letting the writer go on.
          await new Promise((resolve) => setImmediate(resolve));
        }
        expect(await created).toEqual('created');
      }
    },
  },
  {
    name: 'what another handle has published is seen at once, whatever was seen before',
    check: async ({ target, reopen }, expect) => {
      const other = await reopen();
      for (const version of [1, 2, 3]) {
        expect(await other.currentVersion(task)).toEqual(version - 1);
        expect(await other.readManifest(task, version)).toEqual(undefined);
        await target.createManifest(task, version, bytesOf(`version ${version}`));
        expect(await other.currentVersion(task)).toEqual(version);
        expect(await allOf(other.currentVersions('stats'))).toEqual([{ task, version }]);
        expect(await allOf(other.taskNames())).toEqual(['stats']);
        expect(digestOf(await other.readManifest(task, version))).toEqual(
          digestOf(bytesOf(`version ${version}`)),
        );
      }
    },
  },
  {
    name: 'attempts that write at once do not disturb each other',
    check: async ({ target, reopen }, expect) => {
      const handles = [target, await reopen()];
      await forEachOf(racers.length, async (racer) => {
        const handle = handles[racer % handles.length] ?? target;
        const bytes = manyBytes(50_000 + racer, racer);
        const part = await stagePart(
          handle.stage(task, tokenOf(racer)),
          'part',
          bytes.subarray(0, 10),
          bytes.subarray(10),
        );
        expect(digestOf(await bytesIn(target.read(part)))).toEqual(digestOf(bytes));
      });
    },
  },
];
