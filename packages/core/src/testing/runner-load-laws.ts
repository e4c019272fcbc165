import { existsSync } from 'node:fs';
import { codeDigestOf, declarationOf } from '../code-digest.ts';
import { canonicalJson, sha256 } from '../digest.ts';
import type { Outcome } from '../runner.ts';
import { table } from '../schema.ts';
import type { Law } from './law.ts';
import { load, loadJob, loadText } from './runner-law-tasks.ts';
import { stagedOf } from './runner-outcome-laws.ts';
import type { RunnerSubject } from './runner-subject.ts';

const declaration = declarationOf(table({ id: 'bigint', amount: 'decimal(18,2)' }));
const fingerprint = sha256(
  canonicalJson({
    output: declaration,
    version: '1',
    format: 'ndjson',
    raw: loadJob.formats.ndjson,
    content: sha256(loadText),
  }),
);

export const loadLaws: readonly Law<RunnerSubject>[] = [
  {
    name: 'load: what was brought is parsed, controlled and staged, and its source is told',
    check: async (subject, expect) => {
      const staged = stagedOf(await subject.end(load({ way: 'rows' })), expect);
      expect(await subject.rows(staged.parts, declaration)).toEqual([
        '["1","1.50"]',
        '["2","-1.50"]',
        '["3",null]',
      ]);
      expect(staged.rows).toEqual(3);
      expect(staged.controls.map(({ held }) => held)).toEqual([true, true, true]);
      const scratch = sourceOf(staged)['scratch'] ?? '';
      expect(scratch === '').toEqual(false);
      expect(existsSync(scratch), 'The scratch folder goes with the attempt.').toEqual(false);
    },
  },
  {
    name: 'load: the fingerprint is of the bytes that were brought and of what turns them into rows',
    check: async (subject, expect) => {
      expect(stagedOf(await subject.end(load({ way: 'rows' })), expect).fingerprint).toEqual(fingerprint);
    },
  },
  {
    name: 'load: the same bytes as the current version has are not staged again',
    check: async (subject, expect) => {
      const first = stagedOf(await subject.end(load({ way: 'rows' })), expect);
      const codeDigest = codeDigestOf(load({ way: 'rows' }).definition);
      const source = first.source ?? null;
      const same = await subject.end(load({ way: 'rows' }), { current: { source, codeDigest, fingerprint } });
      expect(same.kind).toEqual('not-modified');
      const other = { source, codeDigest: 'of code before', fingerprint };
      expect((await subject.end(load({ way: 'rows' }), { current: other })).kind).toEqual('staged');
    },
  },
  {
    name: 'load: a source is shown what the current version recorded only if the code is the same',
    check: async (subject, expect) => {
      const task = load({ way: 'not-modified' });
      const current = { source: 'etag', codeDigest: codeDigestOf(task.definition), fingerprint };
      const shown = await subject.end(task, { current });
      expect(shown.kind === 'not-modified' ? shown.source : shown).toEqual({ previous: 'etag' });
      const hidden = await subject.end(task, { current: { ...current, codeDigest: 'of code before' } });
      expect(hidden.kind === 'not-modified' ? hidden.source : hidden).toEqual({ previous: 'none' });
    },
  },
  {
    name: 'load: a source that has nothing yet is waited for, and one that does not answer is no task’s fault',
    check: async (subject, expect) => {
      const waiting = await subject.end(load({ way: 'waiting' }));
      expect(waiting.kind === 'waiting' ? waiting.for : waiting).toEqual('the day to be closed');
      const down = await subject.end(load({ way: 'down' }));
      expect(down.kind === 'failed' ? [down.fault, down.error.code] : down).toEqual([
        'infrastructure',
        'source-failed',
      ]);
    },
  },
  {
    name: 'load: a row that is refused fails the work, with its line',
    check: async (subject, expect) => {
      const outcome = await subject.end(load({ way: 'unreadable' }));
      expect(outcome.kind === 'failed' ? [outcome.fault, outcome.error.code] : outcome).toEqual([
        'task',
        'input-unreadable',
      ]);
      if (outcome.kind === 'failed')
        expect(outcome.error.message.includes('line 2: "x" is no id')).toEqual(true);
    },
  },
  {
    name: 'load: a gap in the sequence blocks, in the order of the source',
    check: async (subject, expect) => {
      const outcome = await subject.end(load({ way: 'gap' }));
      expect(outcome.kind === 'blocked' ? outcome.controls.map(({ held }) => held) : outcome).toEqual([
        false,
        true,
        true,
      ]);
    },
  },
];

function sourceOf(staged: Outcome & { readonly kind: 'staged' }): Readonly<Record<string, string>> {
  return (staged.source ?? {}) as Readonly<Record<string, string>>;
}
