import { expect, test } from 'vitest';
import type { AttemptEnd } from '../src/attempt.ts';
import type { DaybookEvent, RunEnded } from '../src/events/event.ts';
import { eventKinds } from '../src/events/event.ts';
import { sentenceOf } from '../src/events/sentence.ts';

const at = '2018-08-01T06:00:00.000Z';
const of = { at, run: 'r', task: 'rates/date=2018-07-24,shop=north%20end', name: 'rates' };
const attempt = { ...of, attempt: 'a', number: 2, worker: 'books-1/4711', runner: 'local' };
const why = "See daybook why rates --date 2018-07-24 --shop 'north end'.";
const id = of.task;

const ended = (outcome: RunEnded['outcome'], durationMs: number, counts: RunEnded['counts']): RunEnded => ({
  kind: 'runEnded',
  at,
  run: 'r',
  today: '2018-08-01',
  outcome,
  durationMs,
  counts,
});
const end = (how: AttemptEnd, retryAt?: string): DaybookEvent => ({
  kind: 'attemptEnded',
  ...attempt,
  end: how,
  durationMs: 1,
  ...(retryAt === undefined ? {} : { retryAt }),
});
const error = { code: 'job-failed', message: 'No price' } as const;

const sentences: readonly (readonly [string, DaybookEvent])[] = [
  [
    'Run r started: daybook run accounting --through 2018-07-24.',
    {
      kind: 'runStarted',
      at,
      run: 'r',
      today: '2018-08-01',
      command: ['run', 'accounting', '--through', '2018-07-24'],
      counts: {},
    },
  ],
  ['Run r started.', { kind: 'runStarted', at, run: 'r', today: '2018-08-01', counts: {} }],
  [
    'Run r ended well after 59 s: 12 published, 100 fresh.',
    ended('ok', 59_400, { published: 12, fresh: 100 }),
  ],
  [
    'Run r ended blocked after 20 min: 1 blocked. A control does not hold: see to the data or the task, then run it again.',
    ended('blocked', 1_200_000, { blocked: 1 }),
  ],
  [
    'Run r failed after 2.5 h: 1 failed. See to what failed, then run it again: what is published stays.',
    ended('failed', 9_000_000, { failed: 1 }),
  ],
  [
    'Run r ended waiting after 0 s: 3 waiting. Run it again when what it waits for is there.',
    ended('waiting', 10, { waiting: 3 }),
  ],
  ['Run r was cancelled after 1 s. Run it again to go on.', ended('cancelled', 1000, {})],
  [`${id} is being made by books-1/4711 on local, attempt 2.`, { kind: 'attemptStarted', ...attempt }],
  [
    `${id} is published as version 1, missing.`,
    end({ kind: 'published', version: 1, reason: { kind: 'missing' }, rows: 3 }),
  ],
  [
    `${id} came out as before: version 2 names the same parts.`,
    end({ kind: 'unchanged', version: 2, reason: { kind: 'forced' }, rows: 3 }),
  ],
  [`${id} was found fresh.`, end({ kind: 'fresh' })],
  [`${id} waits for the day. Run it again when that is there.`, end({ kind: 'waiting', for: 'the day' })],
  [
    `${id} was overtaken by another publication, and is decided again.`,
    end({ kind: 'superseded', disagreeing: [] }),
  ],
  [`${id} failed: No price. ${why}`, end({ kind: 'failed', fault: 'task', error })],
  [
    `${id} failed: No price. It is tried again at ${at}.`,
    end({ kind: 'failed', fault: 'infrastructure', error }, at),
  ],
  [`${id} crashed: No price. ${why}`, end({ kind: 'crashed', error })],
  [
    `${id} is blocked by the controls a, c and not published. ${why}`,
    end({
      kind: 'blocked',
      stage: 's',
      controls: ['a', 'b', 'c'].map((name) => ({ name, held: name === 'b', figures: {} })),
    }),
  ],
  [`${id} took longer than its time limit and was ended. ${why}`, end({ kind: 'timed-out' })],
  [`${id} was lost: its worker fell silent. It is tried again at ${at}.`, end({ kind: 'lost' }, at)],
  [`${id} was cancelled.`, end({ kind: 'cancelled' })],
  [
    `${id} waits for the exchange to close the day. Run it again when that is there.`,
    { kind: 'dependencyMissing', ...of, for: 'the exchange to close the day' },
  ],
  [
    `${id} is restated: version 3 is published, refetch-due: fetched before on 2018-07-25. Compare with daybook history rates --date 2018-07-24 --shop 'north end'.`,
    {
      kind: 'restated',
      ...of,
      attempt: 'a',
      version: 3,
      rows: 9,
      reason: { kind: 'refetch-due', fetchedOn: '2018-07-25' },
    },
  ],
  [
    'all is restated: version 2 is published, input-changed: rates. Compare with daybook history all.',
    {
      kind: 'restated',
      ...of,
      task: 'all',
      attempt: 'a',
      version: 2,
      rows: 9,
      reason: { kind: 'input-changed', input: 'rates', from: 1, to: 2 },
    },
  ],
  [
    `${id} is not published: The control zero-sum(amount) does not hold (groups 1, rows 3). Ask the exchange. The control no-nulls(id) does not hold. ${why}`,
    {
      kind: 'controlFailed',
      ...of,
      attempt: 'a',
      controls: [
        { name: 'zero-sum(amount)', figures: { groups: '1', rows: '3' }, remedy: 'Ask the exchange.' },
        { name: 'no-nulls(id)', figures: {} },
      ],
    },
  ],
  ['The runner emr started cluster j-1.', { kind: 'clusterCreated', at, runner: 'emr', cluster: 'j-1' }],
  [
    'Cluster j-1 of the runner emr ended after 1.5 h, about 0.4213 USD.',
    {
      kind: 'clusterEnded',
      at,
      runner: 'emr',
      cluster: 'j-1',
      since: at,
      durationMs: 5_400_000,
      cost: { amount: '0.4213', currency: 'USD', estimate: true },
    },
  ],
  [
    'Cluster j-1 of the runner emr ended after 1 min.',
    { kind: 'clusterEnded', at, runner: 'emr', cluster: 'j-1', since: at, durationMs: 61_000 },
  ],
];

test.each(sentences)('%s', (sentence, event) => {
  expect(sentenceOf(event)).toBe(sentence);
});

test('there is a sentence of every kind of event', () => {
  expect(new Set(sentences.map(([, { kind }]) => kind))).toEqual(new Set(eventKinds));
});
