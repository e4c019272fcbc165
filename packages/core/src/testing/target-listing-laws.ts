import type { Target } from '../target.ts';
import type { TaskId, TaskName } from '../task.ts';
import { allOf, bytesOf, digestOf, forEachOf, stagePart, tokenOf } from './law-bytes.ts';
import type { Law } from './law.ts';
import type { TargetSubject } from './target-laws.ts';

export const listingLaws: readonly Law<TargetSubject>[] = [
  {
    name: 'a new store has no task, no version and no attempt',
    check: async ({ target }, expect) => {
      expect(await allOf(target.taskNames())).toEqual([]);
      expect(await listed(target, 'stats')).toEqual([]);
      expect(await allOf(target.attempts('stats'))).toEqual([]);
      expect(await target.currentVersion('stats/date=2018-07-24')).toEqual(0);
      expect(await target.currentVersion('stats')).toEqual(0);
    },
  },
  {
    name: 'the newest version is the one with the greatest number, in whatever order they came',
    check: async ({ target }, expect) => {
      const newest: number[] = [];
      for (const version of [2, 10, 9, 100, 99, 1]) {
        await target.createManifest('stats', version, bytesOf(String(version)));
        newest.push(await target.currentVersion('stats'));
      }
      expect(newest).toEqual([2, 10, 10, 100, 100, 100]);
      expect(await listed(target, 'stats')).toEqual(['stats 100']);
    },
  },
  {
    name: 'a listing has each task of one name once, with its newest version',
    check: async ({ target }, expect) => {
      await publishAll(target, ['stats/date=2018-07-25 1', 'stats/date=2018-07-24 1', 'other/x=1 1']);
      await publishAll(target, ['stats/date=2018-07-24 2', 'stats/date=2018-07-24 3', 'stats 1']);
      expect(await listed(target, 'stats')).toEqual([
        'stats 1',
        'stats/date=2018-07-24 3',
        'stats/date=2018-07-25 1',
      ]);
      expect(await listed(target, 'other')).toEqual(['other/x=1 1']);
      expect(await listed(target, 'none')).toEqual([]);
      expect(await target.currentVersion('stats')).toEqual(1);
      expect(await target.currentVersion('stats/date=2018-07-24')).toEqual(3);
    },
  },
  {
    name: 'a listing of more tasks than a page holds has them all',
    check: async ({ target, pageSize }, expect) => {
      const ids = Array.from({ length: pageSize + 1 }, (_, index) => `many/n=${index}`);
      await forEachOf(ids.length, async (index) => {
        await target.createManifest(ids[index] ?? '', 1, bytesOf(''));
      });
      await target.createManifest('many/n=0', 2, bytesOf(''));
      const expected = ids.map((id) => `${id} ${id === 'many/n=0' ? 2 : 1}`).sort();
      expect(await listed(target, 'many')).toEqual(expected);
    },
  },
  {
    name: 'a task of more versions than a page holds has its newest',
    check: async ({ target, pageSize }, expect) => {
      await forEachOf(pageSize + 1, async (index) => {
        await target.createManifest('stats/a=1', index + 1, bytesOf(''));
      });
      await target.createManifest('stats/b=1', 1, bytesOf(''));
      expect(await target.currentVersion('stats/a=1')).toEqual(pageSize + 1);
      expect(await listed(target, 'stats')).toEqual([`stats/a=1 ${pageSize + 1}`, 'stats/b=1 1']);
    },
  },
  {
    name: 'names and parameters that begin with each other are kept apart',
    check: async ({ target }, expect) => {
      await publishAll(target, ['stats/n=1 1', 'stats/n=11 2', 'stats/n=1,m=1 3', 'stats-more/n=1 4']);
      expect(await listed(target, 'stats')).toEqual(['stats/n=1 1', 'stats/n=1,m=1 3', 'stats/n=11 2']);
      expect(await listed(target, 'stats-more')).toEqual(['stats-more/n=1 4']);
      expect(await listed(target, 'stat')).toEqual([]);
      expect(await target.currentVersion('stats/n=1')).toEqual(1);
      for (const id of ['stats/n=1', 'stats/n=11', 'stats-more/n=1'])
        await stagePart(target.stage(id, tokenOf(1)), 'part', bytesOf(id));
      expect((await allOf(target.attempts('stats'))).map(({ task }) => task).sort()).toEqual([
        'stats/n=1',
        'stats/n=11',
      ]);
    },
  },
  {
    name: 'every name that has a version is listed once',
    check: async ({ target }, expect) => {
      await publishAll(target, ['b/n=1 1', 'b/n=1 2', 'b/n=2 1', 'a 1', 'b-c/n=1 1', 'c0 7']);
      expect([...(await allOf(target.taskNames()))].sort()).toEqual(['a', 'b', 'b-c', 'c0']);
    },
  },
  {
    name: 'a task with odd parameters is listed under its id',
    check: async ({ target }, expect) => {
      const segments = [
        'text=%2F,kind=-',
        'text=..%2F..',
        'text=%F0%9F%8D%B5',
        'text=%25',
        'text=.',
        'text=-',
      ];
      const ids = [...segments, `text=${'x'.repeat(195)}`].map((segment) => `odd/${segment}`).sort();
      for (const id of ids) {
        expect(await target.createManifest(id, 1, bytesOf(id))).toEqual('created');
        await stagePart(target.stage(id, tokenOf(1)), 'part', bytesOf(id));
      }
      expect(await listed(target, 'odd')).toEqual(ids.map((id) => `${id} 1`));
      expect((await allOf(target.attempts('odd'))).map(({ task }) => task).sort()).toEqual(ids);
      for (const id of ids) {
        expect(await target.currentVersion(id)).toEqual(1);
        expect(digestOf(await target.readManifest(id, 1))).toEqual(digestOf(bytesOf(id)));
      }
    },
  },
];

/** What is listed under a name, in order of id: `stats/date=2018-07-24 3`. */
async function listed(target: Target, under: TaskName): Promise<readonly string[]> {
  const all = await allOf(target.currentVersions(under));
  return all.map(({ task, version }) => `${task} ${version}`).sort();
}

/** Publishes versions given as they are listed. */
async function publishAll(target: Target, versions: readonly string[]): Promise<void> {
  for (const each of versions) {
    const [task = '', version = ''] = each.split(' ');
    await target.createManifest(task satisfies TaskId, Number(version), bytesOf(each));
  }
}
