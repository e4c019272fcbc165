import { describe, expect, test } from 'vitest';
import { codeDigestOf } from '../src/code-digest.ts';
import type { Reason, Wish } from '../src/decide.ts';
import { graphOf } from '../src/graph.ts';
import type { LoadJob } from '../src/job.ts';
import type { Manifest } from '../src/manifest.ts';
import { day } from '../src/param.ts';
import type { Planned } from '../src/plan.ts';
import { isExternal, isWrapper, planOf } from '../src/plan.ts';
import { table } from '../src/schema.ts';
import { sql } from '../src/sql/statement.ts';
import type { Task, TaskDefinition } from '../src/task.ts';
import { defineTask, listOf } from '../src/task.ts';
import { manifestOf } from './manifest-fixture.ts';
import { rowsOf } from './text-table.ts';

const output = table({ id: 'bigint' });
const load: LoadJob = {
  kind: 'load',
  version: '1',
  formats: {},
  fetch: async () => ({ kind: 'waiting', for: 'nothing' }),
};
const params = { date: day };

const raw = defineTask({ name: 'raw', params, output, job: load, refetch: { days: 2 } });
const rates = defineTask({ name: 'rates', params, output });
const stats = defineTask({
  name: 'stats',
  params,
  inputs: ({ date }) => ({ raw: raw({ date }) }),
  output,
  job: sql`stats`,
});
const report = defineTask({
  name: 'report',
  params,
  inputs: ({ date }) => ({ stats: stats({ date }), rates: rates({ date }) }),
  output,
  job: sql`report`,
});
const daily = defineTask({ name: 'daily', params, inputs: ({ date }) => ({ report: report({ date }) }) });
const all = defineTask({ name: 'all', params, inputs: ({ date }) => ({ daily: daily({ date }) }) });

const digests = new Map<string, string>(
  [raw, rates, stats, report].map((each) => [each.taskName, codeDigestOf(each as unknown as TaskDefinition)]),
);
const date = '2018-07-24';
const short = (id: string): string => id.replace(`/date=${date}`, '');

/**
 * Publishes as written, `;` between tasks: `report 2=b from stats 1=a rates 1=r` is version 2 of the report, fingerprint b,
 * made from version 1 of stats, fingerprint a, and so on. `old` is made by older code; `on D` fetched on that day.
 */
function publishedAs(written: string): ReadonlyMap<string, Manifest> {
  const statements = written.split(';').flatMap((each) => (each.trim() === '' ? [] : [each.trim()]));
  return new Map(
    statements.map((statement) => {
      const [made = '', from = ''] = statement.split(' from ');
      const [name = '', version = '', ...flags] = made.split(' ');
      const inputs = [...from.matchAll(/(\w+) (\d+)=(\w+)/g)].map(
        ([, input = '', number, fingerprint = '']) => ({
          input,
          task: `${input}/date=${date}`,
          version: Number(number),
          fingerprint,
        }),
      );
      const id = `${name}/date=${date}`;
      const manifest = manifestOf({
        task: id,
        version: Number(version.split('=')[0]),
        fingerprint: version.split('=')[1] ?? '',
        codeDigest: flags.includes('old') ? 'old' : (digests.get(name) ?? ''),
        today: flags.includes('on') ? (flags.at(-1) ?? '') : '2018-07-27',
        inputs,
      });
      return [id, manifest];
    }),
  );
}

function reasonText(reason: Reason): string {
  if (reason.kind !== 'input-changed') return reason.kind;
  return `${short(reason.input)} ${reason.from ?? 'none'} to ${reason.to ?? 'none'}`;
}

function plannedText(planned: Planned): string {
  if (planned.kind === 'run') return `run: ${reasonText(planned.reason)}`;
  if (planned.kind === 'may-run') return `may run: ${short(planned.above)}`;
  return planned.kind === 'waiting' ? `waiting: ${short(planned.for)}` : 'fresh';
}

/** What a plan says of all(date), a line a task. `options` are `today=D` and wishes such as `force=stats`. */
function planned(published: string, options: string, roots: readonly Task[] = [all({ date })]): string {
  const manifests = publishedAs(published);
  const asked = new Map(options.split(' ').map((word) => word.split('=') as [string, string]));
  const wish = (task: Task): Wish => ({
    seen: manifests.get(task.id)?.version ?? 0,
    ...(asked.get('force') === task.name ? { forced: true } : {}),
    ...(asked.get('refetch') === task.name ? { refetch: true } : {}),
  });
  const plan = planOf({
    graph: graphOf(roots),
    today: asked.get('today') ?? '2018-08-01',
    codeDigest: (definition) => digests.get(definition.taskName) ?? '',
    current: (id) => manifests.get(id),
    wish,
  });
  return [...plan].map(([id, each]) => `${short(id)} ${plannedText(each)}`).join('; ');
}

const whole = 'raw 1=a; rates 1=r; stats 1=s from raw 1=a; report 1=p from stats 1=s rates 1=r';

const situations = rowsOf(
  ['situation', 'published', 'options', 'plan'],
  `
  situation                                   | published | options | plan
  nothing is there but what another publishes | rates 1=r | | raw run: missing; stats run: missing; rates fresh; report run: missing; daily may run: report; all may run: daily
  all is there                                | ${whole}  | | raw fresh; stats fresh; rates fresh; report fresh; daily fresh; all fresh
  nothing is there at all                     |           | | raw run: missing; stats run: missing; rates waiting: rates, which another project publishes; report waiting: rates, which another project publishes; daily waiting: rates, which another project publishes; all waiting: rates, which another project publishes
  what another publishes is gone              | raw 1=a; stats 1=s from raw 1=a; report 1=p from stats 1=s rates 1=r | | raw fresh; stats fresh; rates waiting: rates, which another project publishes; report waiting: rates, which another project publishes; daily waiting: rates, which another project publishes; all waiting: rates, which another project publishes
  an input came out otherwise                 | raw 2=b; rates 1=r; stats 1=s from raw 1=a; report 1=p from stats 1=s rates 1=r | | raw fresh; stats run: raw 1 to 2; rates fresh; report may run: stats; daily may run: report; all may run: daily
  an input came out the same                  | raw 2=a; rates 1=r; stats 1=s from raw 1=a; report 1=p from stats 1=s rates 1=r | | raw fresh; stats fresh; rates fresh; report fresh; daily fresh; all fresh
  what another publishes changed              | raw 1=a; rates 5=t; stats 1=s from raw 1=a; report 1=p from stats 1=s rates 1=r | | raw fresh; stats fresh; rates fresh; report run: rates 1 to 5; daily may run: report; all may run: daily
  code of SQL changed                         | raw 1=a; rates 1=r; stats 1=s old from raw 1=a; report 1=p from stats 1=s rates 1=r | | raw fresh; stats run: code-changed; rates fresh; report may run: stats; daily may run: report; all may run: daily
  code of two changed                         | raw 1=a; rates 1=r; stats 1=s old from raw 1=a; report 1=p old from stats 1=s rates 1=r | | raw fresh; stats run: code-changed; rates fresh; report run: code-changed; daily may run: report; all may run: daily
  code of a loaded one changed                | raw 1=a old; rates 1=r; stats 1=s from raw 1=a; report 1=p from stats 1=s rates 1=r | | raw fresh; stats fresh; rates fresh; report fresh; daily fresh; all fresh
  code of an external one is of no concern    | raw 1=a; rates 1=r old; stats 1=s from raw 1=a; report 1=p from stats 1=s rates 1=r | | raw fresh; stats fresh; rates fresh; report fresh; daily fresh; all fresh
  the day is to be fetched again              | ${whole} | today=2018-07-26 | raw run: refetch-due; stats may run: raw; rates fresh; report may run: stats; daily may run: report; all may run: daily
  the day was fetched too early               | raw 1=a on 2018-07-25; rates 1=r; stats 1=s from raw 1=a; report 1=p from stats 1=s rates 1=r | | raw run: refetch-due; stats may run: raw; rates fresh; report may run: stats; daily may run: report; all may run: daily
  the day is not over                         | rates 1=r | today=2018-07-24 | raw waiting: ${date} to be over (today is ${date}); stats waiting: ${date} to be over (today is ${date}); rates fresh; report waiting: ${date} to be over (today is ${date}); daily waiting: ${date} to be over (today is ${date}); all waiting: ${date} to be over (today is ${date})
  the day is over since midnight              | rates 1=r | today=2018-07-25 | raw run: missing; stats run: missing; rates fresh; report run: missing; daily may run: report; all may run: daily
  today is set before a day that is there     | ${whole} | today=2018-07-01 | raw fresh; stats fresh; rates fresh; report fresh; daily fresh; all fresh
  one is forced                               | ${whole} | force=stats | raw fresh; stats run: forced; rates fresh; report may run: stats; daily may run: report; all may run: daily
  one is fetched on request                   | ${whole} | refetch=raw | raw run: refetch-due; stats may run: raw; rates fresh; report may run: stats; daily may run: report; all may run: daily
  one in the middle is missing                | raw 1=a; rates 1=r; report 1=p from stats 1=s rates 1=r | | raw fresh; stats run: missing; rates fresh; report may run: stats; daily may run: report; all may run: daily
  its input is missing and it is there        | rates 1=r; stats 1=s from raw 1=a; report 1=p from stats 1=s rates 1=r | | raw run: missing; stats may run: raw; rates fresh; report may run: stats; daily may run: report; all may run: daily
  an input was added to the definition        | raw 1=a; rates 1=r; stats 1=s from raw 1=a; report 1=p from stats 1=s | | raw fresh; stats fresh; rates fresh; report run: rates none to 1; daily may run: report; all may run: daily
  an input was removed from the definition    | raw 1=a; rates 1=r; stats 1=s from raw 1=a more 3=m; report 1=p from stats 1=s rates 1=r | | raw fresh; stats run: more 3 to none; rates fresh; report may run: stats; daily may run: report; all may run: daily
`,
);

describe('a plan', () => {
  test.each(situations)('when $situation', ({ published, options, plan }) => {
    expect(planned(published, options).split('; ')).toEqual(plan.split('; '));
  });

  test('covers what was asked for and what that needs, and no more', () => {
    expect(planned('', '', [stats({ date })])).toBe('raw run: missing; stats run: missing');
    expect(planned('', '', [])).toBe('');
  });

  test('finds a day that is one more in a list, and one that is no longer in it', () => {
    const monthly = (dates: readonly string[]): Task =>
      defineTask({
        name: 'monthly',
        inputs: () => ({
          days: listOf(
            rates,
            dates.map((each) => ({ date: each })),
          ),
        }),
        output,
        job: sql`m`,
      })();
    const current = new Map(
      ['2018-07-24', '2018-07-25'].map((each) => [
        `rates/date=${each}`,
        manifestOf({ task: `rates/date=${each}`, fingerprint: 'r' }),
      ]),
    );
    const made = (dates: readonly string[], from: readonly string[]): Planned | undefined =>
      planOf({
        graph: graphOf([monthly(dates)]),
        today: '2018-08-01',
        codeDigest: () => 'code',
        current: (id) =>
          current.get(id) ??
          manifestOf({
            task: id,
            inputs: from.map((each) => ({
              input: 'days',
              task: `rates/date=${each}`,
              version: 1,
              fingerprint: 'r',
            })),
          }),
        wish: () => ({ seen: 1 }),
      }).get('monthly');
    const [first, second] = ['2018-07-24', '2018-07-25'];
    expect(made([first, second], [first, second])).toEqual({ kind: 'fresh' });
    expect(made([first, second], [first])).toMatchObject({
      kind: 'run',
      reason: { kind: 'input-changed', input: 'rates/date=2018-07-25', from: null, to: 1 },
    });
    expect(made([first], [first, second])).toMatchObject({
      kind: 'run',
      reason: { kind: 'input-changed', input: 'rates/date=2018-07-25', from: 1, to: null },
    });
    expect(made([], [])).toEqual({ kind: 'fresh' });
  });

  test('knows wrappers and external tasks from others', () => {
    const definitions = [raw, rates, stats, daily] as readonly unknown[] as readonly TaskDefinition[];
    expect(definitions.map(isExternal)).toEqual([false, true, false, false]);
    expect(definitions.map(isWrapper)).toEqual([false, false, false, true]);
  });
});
