import { sha256 } from '../digest.ts';
import { filesFingerprint } from '../sql/fingerprint.ts';
import { textIn } from './law-bytes.ts';
import type { Law } from './law.ts';
import { everyTypeColumns, runnerFixtures } from './runner-fixtures.ts';
import { codeQuick, codeText } from './runner-law-tasks.ts';
import type { Staged } from './runner-outcome-laws.ts';
import { stagedOf } from './runner-outcome-laws.ts';
import type { RunnerSubject } from './runner-subject.ts';

export const codeLaws: readonly Law<RunnerSubject>[] = [
  {
    name: 'code: named files are staged under their names, with a fingerprint of names and contents',
    check: async (subject, expect) => {
      const work = await subject.work(codeQuick({ word: 'é' }));
      const [outcome] = await subject.run([work]);
      const staged = stagedOf(outcome, expect);
      const contents = { 'deep/word.txt': 'é\n', 'empty.txt': '' };
      expect(await textsOf(subject, staged, work.stage.path)).toEqual(contents);
      const named = Object.entries(contents).map(([name, text]) => ({ name, sha256: sha256(text) }));
      expect([staged.rows, staged.controls, staged.fingerprint]).toEqual([0, [], filesFingerprint(named)]);
      const other = stagedOf(await subject.end(codeQuick({ word: 'e' })), expect);
      expect(other.fingerprint === staged.fingerprint).toEqual(false);
    },
  },
  {
    name: 'code: an input is read as TSV in the order asked for, and batch by batch',
    check: async (subject, expect) => {
      const work = await subject.work(codeText());
      const [outcome] = await subject.run([work]);
      const texts = await textsOf(subject, stagedOf(outcome, expect), work.stage.path);
      expect(texts['counted.tsv']).toEqual('amount\tn\n1.50\t1\n2.25\t2\n0.01\t3\n');
      expect(texts['rows.txt']).toEqual('3');
      const cell = (value: string | null): string =>
        (value ?? '')
          .replaceAll('\\', '\\\\')
          .replaceAll('\t', '\\t')
          .replaceAll('\n', '\\n')
          .replaceAll('\r', '\\r');
      const { rows } = runnerFixtures['every-type'];
      const inOrder = [4, 5, 0, 2, 3, 6, 7, 1].map((index) => (rows[index] ?? []).map(cell).join('\t'));
      const lines = [Object.keys(everyTypeColumns).join('\t'), ...inOrder];
      expect(texts['every-type.tsv']).toEqual(`${lines.join('\n')}\n`);
    },
  },
];

async function textsOf(
  { target }: RunnerSubject,
  staged: Staged,
  path: string,
): Promise<Readonly<Record<string, string>>> {
  const texts: Record<string, string> = {};
  for (const part of staged.parts) texts[part.path.slice(path.length)] = await textIn(target.read(part));
  return texts;
}
