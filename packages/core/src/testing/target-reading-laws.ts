import { allOf, bytesOf, manyBytes, readText, stagePart, tokenOf } from './law-bytes.ts';
import type { Law } from './law.ts';
import type { TargetSubject } from './target-laws.ts';

const text = 'abcdefghij';
/** No ranges at all is another question than an empty list of them. */
const waysToRead = [undefined, [], [{ start: 0, length: 1 }]] as const;

export const readingLaws: readonly Law<TargetSubject>[] = [
  {
    name: 'ranges are read in the order asked for, as often as they are asked for',
    check: async ({ target }, expect) => {
      const part = await stagePart(stageOf(target), 'part', bytesOf(text));
      const ranges = [
        { start: 7, length: 3 },
        { start: 0, length: 2 },
        { start: 1, length: 2 },
        { start: 7, length: 3 },
      ];
      expect(await readText(target, part, ranges)).toEqual('hijabbchij');
      expect(await readText(target, part, [{ start: 0, length: 10 }])).toEqual(text);
      const far = await stagePart(stageOf(target), 'far', manyBytes(200_000));
      const [chunk] = await allOf(target.read(far, [{ start: 150_000, length: 1 }]));
      expect(chunk?.[0]).toEqual(manyBytes(150_001)[150_000]);
    },
  },
  {
    name: 'a range of no bytes reads as nothing, and so does a list of no ranges',
    check: async ({ target }, expect) => {
      const part = await stagePart(stageOf(target), 'part', bytesOf(text));
      const none = { start: 4, length: 0 };
      expect(await readText(target, part, [])).toEqual('');
      expect(await readText(target, part, [none])).toEqual('');
      expect(await readText(target, part, [{ start: 0, length: 0 }, none, { start: 10, length: 0 }])).toEqual(
        '',
      );
      expect(await readText(target, part, [none, { start: 9, length: 1 }, none])).toEqual('j');
      const empty = await stagePart(stageOf(target), 'empty');
      for (const ranges of [undefined, [], [{ start: 0, length: 0 }]])
        expect(await readText(target, empty, ranges)).toEqual('');
    },
  },
  {
    name: 'of a range that goes beyond the end, what is there is read',
    check: async ({ target }, expect) => {
      const part = await stagePart(stageOf(target), 'part', bytesOf(text));
      expect(await readText(target, part, [{ start: 8, length: 100 }])).toEqual('ij');
      expect(await readText(target, part, [{ start: 10, length: 1 }])).toEqual('');
      const beyond = [
        { start: 1_000_000, length: 5 },
        { start: 0, length: 1 },
      ];
      expect(await readText(target, part, beyond)).toEqual('a');
      const empty = await stagePart(stageOf(target), 'empty');
      expect(await readText(target, empty, [{ start: 0, length: 3 }])).toEqual('');
    },
  },
  {
    name: 'a part whose size is another than recorded is refused, before a byte of it is read',
    check: async ({ target }, expect) => {
      const part = await stagePart(stageOf(target), 'part', bytesOf(text));
      for (const ranges of waysToRead)
        for (const bytes of [9, 11, 0])
          expect(await readText(target, { ...part, bytes }, ranges)).toEqual('part-damaged');
      for (const changed of [`${text}k`, text.slice(1), '']) {
        await stagePart(stageOf(target), 'part', bytesOf(changed));
        const read = target.read(part)[Symbol.asyncIterator]();
        const first = await read.next().then(
          () => 'a byte was read',
          (error: { readonly code?: unknown }) => error.code,
        );
        expect(first).toEqual('part-damaged');
        for (const ranges of waysToRead) expect(await readText(target, part, ranges)).toEqual('part-damaged');
      }
    },
  },
  {
    name: 'a part that was written anew is refused by its tag, where it has one',
    check: async ({ target }, expect) => {
      const part = await stagePart(stageOf(target), 'part', bytesOf(text));
      const anew = await stagePart(stageOf(target), 'part', bytesOf('0123456789'));
      const tagged = part.tag !== undefined;
      expect(anew.tag !== undefined).toEqual(tagged);
      if (tagged) expect(anew.tag === part.tag).toEqual(false);
      for (const ranges of waysToRead) {
        const there = await readText(target, anew, ranges);
        expect(await readText(target, part, ranges)).toEqual(tagged ? 'part-damaged' : there);
      }
    },
  },
  {
    name: 'a part that is not there is refused',
    check: async ({ target }, expect) => {
      const part = await stagePart(stageOf(target), 'part', bytesOf(text));
      const missing = [`${part.path}x`, part.path.slice(0, -1), `${part.path.slice(0, -4)}deep/part`, 'none'];
      for (const path of missing)
        for (const ranges of waysToRead)
          expect(await readText(target, { ...part, path }, ranges)).toEqual('part-damaged');
      for (const ranges of waysToRead)
        expect(await readText(target, { ...part, path: `${part.path}x`, bytes: 0 }, ranges)).toEqual(
          'part-damaged',
        );
    },
  },
];

function stageOf(target: TargetSubject['target']): ReturnType<TargetSubject['target']['stage']> {
  return target.stage('stats/date=2018-07-24', tokenOf(1));
}
