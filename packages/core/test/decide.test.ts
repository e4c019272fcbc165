import { describe, expect, test } from 'vitest';
import type { PinnedInput, Reason, Wish } from '../src/decide.ts';
import { dayOf, staleReason } from '../src/decide.ts';
import type { LoadJob } from '../src/job.ts';
import type { Manifest, RecordedInput } from '../src/manifest.ts';
import { day, month, optional } from '../src/param.ts';
import { table } from '../src/schema.ts';
import { sql } from '../src/sql/statement.ts';
import type { Refetch, Task, TaskDefinition } from '../src/task.ts';
import { defineTask } from '../src/task.ts';
import { manifestOf } from './manifest-fixture.ts';
import { rowsOf } from './text-table.ts';

const output = table({ id: 'bigint' });
const load: LoadJob = {
  kind: 'load',
  version: '1',
  formats: {},
  fetch: async () => ({ kind: 'waiting', for: 'nothing' }),
};

const derived = defineTask({ name: 'derived', params: { date: day }, output, job: sql`x` });

function loaded(refetch: string): TaskDefinition {
  const rule: Refetch | undefined =
    refetch === 'always' ? 'always' : refetch === 'never' ? undefined : { days: Number(refetch) };
  return defineTask({
    name: 'loaded',
    params: { date: day },
    output,
    job: load,
    ...(rule === undefined ? {} : { refetch: rule }),
  }) as unknown as TaskDefinition;
}

const text = (reason: Reason | undefined): string => {
  if (reason === undefined) return 'fresh';
  if (reason.kind === 'input-changed')
    return `input-changed ${reason.input} ${reason.from ?? 'none'} to ${reason.to ?? 'none'}`;
  return reason.kind === 'refetch-due' ? `refetch-due since ${reason.fetchedOn}` : reason.kind;
};

interface Given {
  readonly task: Task;
  readonly current?: Manifest;
  readonly inputs?: readonly PinnedInput[];
  readonly codeDigest?: string;
  readonly today?: string;
  readonly wish?: Partial<Wish>;
}

function decided(given: Given): string {
  return text(
    staleReason({
      task: given.task,
      codeDigest: given.codeDigest ?? 'code',
      current: given.current,
      inputs: given.inputs ?? [],
      today: given.today ?? '2018-08-01',
      wish: { seen: given.current?.version ?? 0, ...given.wish },
    }),
  );
}

describe('a loaded day', () => {
  // Version 1 is there. `seen` is the version that the plan saw, `wish` what was asked for on the command line.
  const cases = rowsOf(
    ['refetch', 'day', 'today', 'fetched', 'seen', 'wish', 'reason'],
    `
    refetch | day        | today      | fetched    | seen | wish          | reason
    2       | 2018-07-24 | 2018-07-25 | 2018-07-25 | 1    |               | refetch-due since 2018-07-25
    2       | 2018-07-24 | 2018-07-26 | 2018-07-25 | 1    |               | refetch-due since 2018-07-25
    2       | 2018-07-24 | 2018-07-26 | 2018-07-26 | 1    |               | refetch-due since 2018-07-26
    2       | 2018-07-24 | 2018-07-27 | 2018-07-26 | 1    |               | fresh
    2       | 2018-07-24 | 2018-07-27 | 2018-07-25 | 1    |               | refetch-due since 2018-07-25
    2       | 2018-07-24 | 2019-01-01 | 2018-07-25 | 1    |               | refetch-due since 2018-07-25
    2       | 2018-07-24 | 2019-01-01 | 2018-07-26 | 1    |               | fresh
    2       | 2018-07-24 | 2019-01-01 | 2018-12-01 | 1    |               | fresh
    2       | 2018-07-31 | 2018-08-02 | 2018-08-01 | 1    |               | refetch-due since 2018-08-01
    2       | 2018-07-31 | 2018-08-03 | 2018-08-01 | 1    |               | refetch-due since 2018-08-01
    2       | 2018-07-31 | 2018-08-03 | 2018-08-02 | 1    |               | fresh
    0       | 2018-07-24 | 2018-07-25 | 2018-07-25 | 1    |               | fresh
    0       | 2018-07-24 | 2018-07-25 | 2018-07-23 | 1    |               | refetch-due since 2018-07-23
    never   | 2018-07-24 | 2018-07-25 | 2018-07-25 | 1    |               | fresh
    never   | 2018-07-24 | 2019-01-01 | 2018-07-24 | 1    |               | fresh
    always  | 2018-07-24 | 2019-01-01 | 2018-12-31 | 1    |               | refetch-due since 2018-12-31
    2       | 2018-07-24 | 2018-07-25 | 2018-07-25 | 0    |               | fresh
    always  | 2018-07-24 | 2019-01-01 | 2018-12-31 | 0    |               | fresh
    2       | 2018-07-24 | 2019-01-01 | 2018-12-01 | 0    | refetch       | fresh
    2       | 2018-07-24 | 2019-01-01 | 2018-12-01 | 0    | force         | fresh
    2       | 2018-07-24 | 2018-07-24 | 2018-07-24 | 1    |               | fresh
    2       | 2018-07-24 | 2018-07-20 | 2018-07-20 | 1    | refetch       | fresh
    2       | 2018-07-24 | 2018-07-24 | 2018-07-24 | 1    | refetch force | fresh
    always  | 2018-07-24 | 2018-07-24 | 2018-07-24 | 1    |               | fresh
    2       | 2018-07-24 | 2019-01-01 | 2018-12-01 | 1    | refetch       | refetch-due since 2018-12-01
    never   | 2018-07-24 | 2019-01-01 | 2018-12-01 | 1    | refetch       | refetch-due since 2018-12-01
    2       | 2018-07-24 | 2019-01-01 | 2018-12-01 | 1    | force         | forced
    2       | 2018-07-24 | 2018-07-25 | 2018-07-25 | 1    | force         | refetch-due since 2018-07-25
    2       | 2018-07-24 | 2019-01-01 | 2018-12-01 | 1    | refetch force | refetch-due since 2018-12-01
  `,
  );
  test.each(cases)(
    '$day with refetch $refetch, fetched on $fetched and seen $seen, is on $today "$wish": $reason',
    (row) => {
      const task = loaded(row.refetch)({ date: row.day });
      const current = manifestOf({ task: task.id, today: row.fetched, codeDigest: 'another code' });
      const wish = {
        seen: Number(row.seen),
        ...(row.wish.includes('refetch') ? { refetch: true } : {}),
        ...(row.wish.includes('force') ? { forced: true } : {}),
      };
      expect(decided({ task, current, today: row.today, wish })).toBe(row.reason);
    },
  );

  test('that is missing is missing, whatever else', () => {
    const task = loaded('2')({ date: '2018-07-24' });
    expect(decided({ task })).toBe('missing');
    expect(decided({ task, wish: { forced: true, refetch: true } })).toBe('missing');
    expect(decided({ task, today: '2018-07-01' })).toBe('missing');
  });

  test('never becomes stale by changed code, but does by a changed input', () => {
    const task = loaded('never')({ date: '2018-07-24' });
    const current = manifestOf({ task: task.id, inputs: [recorded('calendar', 'calendar', 1, 'a')] });
    const same = [pinned('calendar', 'calendar', 2, 'a')];
    expect(decided({ task, current, codeDigest: 'new', inputs: same })).toBe('fresh');
    expect(decided({ task, current, inputs: [pinned('calendar', 'calendar', 2, 'b')] })).toBe(
      'input-changed calendar 1 to 2',
    );
  });

  test('has the day that is its only parameter of that kind', () => {
    const spec = { output, job: load } as const;
    const two = defineTask({ ...spec, name: 'two', params: { from: day, to: day } });
    const monthly = defineTask({ ...spec, name: 'monthly', params: { month } });
    const maybe = defineTask({ ...spec, name: 'maybe', params: { date: optional(day), month } });
    expect(dayOf(loaded('2')({ date: '2018-07-24' }))).toBe('2018-07-24');
    expect(dayOf(two({ from: '2018-07-24', to: '2018-07-25' }))).toBeUndefined();
    expect(dayOf(monthly({ month: '2018-07' }))).toBeUndefined();
    expect(dayOf(maybe({ month: '2018-07' }))).toBeUndefined();
    expect(dayOf(derived({ date: '2018-07-24' }))).toBeUndefined();
  });
});

describe('a derived task', () => {
  const task = derived({ date: '2018-07-24' });
  const current = manifestOf({ task: task.id, version: 4, today: '2018-07-25' });

  // Inputs are written `name:task version=fingerprint`; the name may be left out where it is the task's.
  const cases = rowsOf(
    ['recorded', 'now', 'reason'],
    `
    recorded          | now               | reason
                      |                   | fresh
    a 1=x             | a 1=x             | fresh
    a 1=x             | a 2=x             | fresh
    a 2=x             | a 1=x             | fresh
    a 1=x             | a 2=y             | input-changed a 1 to 2
    a 1=x             | a 1=y             | input-changed a 1 to 1
    a 1=x b 1=x       | a 1=x b 3=y       | input-changed b 1 to 3
    a 1=x b 1=x       | a 2=y b 3=y       | input-changed a 1 to 2
    a 1=x b 1=x       | b 1=x a 1=x       | fresh
    a 1=x             | a 1=x b 3=y       | input-changed b none to 3
                      | a 1=x             | input-changed a none to 1
    a 1=x b 2=y       | a 1=x             | input-changed b 2 to none
    a 1=x             |                   | input-changed a 1 to none
    a 1=x b 2=y       | a 2=z             | input-changed a 1 to 2
    n:a 1=x           | m:a 1=x           | input-changed a none to 1
    n:a 1=x           | n:a 1=x m:a 1=x   | input-changed a none to 1
    n:a 1=x m:a 1=x   | n:a 1=x           | input-changed a 1 to none
  `,
  );
  test.each(cases)('made from "$recorded" is, when there is "$now": $reason', (row) => {
    const inputs = inputsOf(row.recorded);
    expect(decided({ task, current: { ...current, inputs }, inputs: inputsOf(row.now) })).toBe(row.reason);
  });

  test('is stale by changed code', () => {
    expect(decided({ task, current, codeDigest: 'new' })).toBe('code-changed');
    expect(decided({ task, current, codeDigest: 'new', wish: { seen: 3 } })).toBe('code-changed');
  });

  test('is made when it is forced, once', () => {
    expect(decided({ task, current, wish: { forced: true } })).toBe('forced');
    expect(decided({ task, current, wish: { forced: true, seen: 3 } })).toBe('fresh');
    expect(decided({ task, current, wish: { forced: true }, today: '2018-07-20' })).toBe('forced');
  });

  test('is never fetched', () => {
    expect(decided({ task, current, wish: { refetch: true } })).toBe('fresh');
  });

  test('tells the first of several reasons: missing, input, code, forced', () => {
    const all = { inputs: inputsOf('a 2=y'), codeDigest: 'new', wish: { forced: true } };
    const made = { ...current, inputs: inputsOf('a 1=x') };
    expect(decided({ task, ...all })).toBe('missing');
    expect(decided({ task, current: made, ...all })).toBe('input-changed a 1 to 2');
    expect(decided({ task, current: made, ...all, inputs: made.inputs })).toBe('code-changed');
    expect(decided({ task, current: made, ...all, inputs: made.inputs, codeDigest: 'code' })).toBe('forced');
  });
});

test('a loaded output tells the first of several reasons: input, refetch, forced', () => {
  const task = loaded('always')({ date: '2018-07-24' });
  const current = manifestOf({ task: task.id, inputs: inputsOf('a 1=x') });
  const wish = { forced: true };
  expect(decided({ task, current, inputs: inputsOf('a 2=y'), wish })).toBe('input-changed a 1 to 2');
  expect(decided({ task, current, inputs: inputsOf('a 2=x'), wish })).toBe('refetch-due since 2018-07-25');
});

function inputsOf(written: string): readonly RecordedInput[] {
  const words = written.split(' ').filter((word) => word !== '');
  return words.flatMap((word, index) => {
    if (index % 2 === 1) return [];
    const [name = '', task = name] = word.split(':');
    const [version, fingerprint = ''] = (words[index + 1] ?? '').split('=');
    return [recorded(name, task, Number(version), fingerprint)];
  });
}

function recorded(input: string, task: string, version: number, fingerprint: string): RecordedInput {
  return { input, task, version, fingerprint };
}

function pinned(input: string, task: string, version: number, fingerprint: string): PinnedInput {
  return { input, task, version, fingerprint };
}
