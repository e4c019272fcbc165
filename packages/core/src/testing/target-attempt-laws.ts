import type { AttemptRef, Target } from '../target.ts';
import { allOf, bytesOf, chunksOf, digestOf, forEachOf, readText, stagePart, tokenOf } from './law-bytes.ts';
import type { Law } from './law.ts';
import type { TargetSubject } from './target-laws.ts';

const task = 'stats/date=2018-07-24';
/** How far a store's clock may be from ours. */
const clockSkewMs = 60_000;

export const attemptLaws: readonly Law<TargetSubject>[] = [
  {
    name: 'attempts are listed once each, with the time at which they were last written to',
    check: async ({ target, reopen }, expect) => {
      const startMs = Date.now();
      await target.createManifest('stats/date=2018-07-23', 1, bytesOf('no attempt is left of it'));
      const attempts = [`stats ${tokenOf(1)}`, `${task} ${tokenOf(1)}`, `${task} ${tokenOf(2, 7)}`];
      for (const each of attempts) {
        const [id = '', token = ''] = each.split(' ');
        for (const name of ['a', 'deep/er/b']) await stagePart(target.stage(id, token), name, bytesOf('x'));
      }
      for (const reader of [target, await reopen()]) {
        const found = (await allOf(reader.attempts('stats'))).filter(
          ({ task: id }) => id !== 'stats/date=2018-07-23',
        );
        expect(found.map(({ task: id, attempt }) => `${id} ${attempt}`).sort()).toEqual(attempts);
        const late = found.filter(
          ({ newestMs }) => newestMs < startMs - clockSkewMs || newestMs > Date.now() + clockSkewMs,
        );
        expect(late).toEqual([]);
      }
      expect(await allOf(target.attempts('none'))).toEqual([]);
    },
  },
  {
    name: 'a stage that nothing was written to is no attempt',
    check: async ({ target }, expect) => {
      const stage = target.stage(task, tokenOf(1));
      expect(await allOf(target.attempts('stats'))).toEqual([]);
      await stage.write('part', chunksOf(bytesOf('x')));
      expect((await allOf(target.attempts('stats'))).map(({ attempt }) => attempt)).toEqual([tokenOf(1)]);
    },
  },
  {
    name: 'removing an attempt takes all of its files and nothing else',
    check: async ({ target }, expect) => {
      await target.createManifest(task, 1, bytesOf('one'));
      const gone = [];
      for (const name of ['a', 'deep/er/b'])
        gone.push(await stagePart(target.stage(task, tokenOf(1)), name, bytesOf(name)));
      const others = [
        target.stage(task, tokenOf(2)),
        target.stage('stats/date=2018-07-2', tokenOf(1)),
        target.stage('stats/date=2018-07-24,n=1', tokenOf(1)),
        target.stage('stats', tokenOf(1)),
        target.stage('stats-more/date=2018-07-24', tokenOf(1)),
      ];
      const kept = [];
      for (const stage of others) kept.push(await stagePart(stage, 'a', bytesOf('kept')));
      await target.remove(refOf(task, tokenOf(1)));
      for (const part of gone) expect(await readText(target, part)).toEqual('part-damaged');
      for (const part of kept) expect(await readText(target, part)).toEqual('kept');
      expect(digestOf(await target.readManifest(task, 1))).toEqual(digestOf(bytesOf('one')));
      expect(await attemptsOf(target, 'stats')).toEqual(
        [
          `stats ${tokenOf(1)}`,
          `stats/date=2018-07-2 ${tokenOf(1)}`,
          `stats/date=2018-07-24 ${tokenOf(2)}`,
          `stats/date=2018-07-24,n=1 ${tokenOf(1)}`,
        ].sort(),
      );
    },
  },
  {
    name: 'removing an attempt that is gone, or never was, is harmless',
    check: async ({ target, reopen }, expect) => {
      await target.remove(refOf('none/n=1', tokenOf(1)));
      const kept = await stagePart(target.stage(task, tokenOf(2)), 'part', bytesOf('kept'));
      await stagePart(target.stage(task, tokenOf(1)), 'part', bytesOf('gone'));
      for (const handle of [target, await reopen(), target]) await handle.remove(refOf(task, tokenOf(1)));
      expect(await readText(target, kept)).toEqual('kept');
      expect(await attemptsOf(target, 'stats')).toEqual([`${task} ${tokenOf(2)}`]);
    },
  },
  {
    name: 'an attempt of more files than a page holds is listed once, and removed whole',
    check: async ({ target, pageSize }, expect) => {
      const stage = target.stage('stats/n=1', tokenOf(1));
      await forEachOf(pageSize + 1, async (index) => {
        await stage.write(`part-${index}`, chunksOf(bytesOf('x')));
      });
      await stagePart(target.stage('stats/n=2', tokenOf(1)), 'part', bytesOf('x'));
      expect(await attemptsOf(target, 'stats')).toEqual([
        `stats/n=1 ${tokenOf(1)}`,
        `stats/n=2 ${tokenOf(1)}`,
      ]);
      await target.remove(refOf('stats/n=1', tokenOf(1)));
      expect(await attemptsOf(target, 'stats')).toEqual([`stats/n=2 ${tokenOf(1)}`]);
    },
  },
];

function refOf(id: string, attempt: string): AttemptRef {
  return { task: id, attempt, newestMs: 0 };
}

async function attemptsOf(target: Target, under: string): Promise<readonly string[]> {
  return (await allOf(target.attempts(under))).map(({ task: id, attempt }) => `${id} ${attempt}`).sort();
}
