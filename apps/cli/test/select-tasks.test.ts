import type { AnyTaskDefinition, CheckedConfig } from '@daybook/core';
import {
  boolean,
  checkConfig,
  choice,
  day,
  defaulted,
  defineTask,
  integer,
  month,
  optional,
  since,
  table,
  text,
  yesterday,
} from '@daybook/core';
import { describe, expect, test } from 'vitest';
import { selectTask, selectTasks } from '../src/select-tasks.ts';
import { thrownBy } from './thrown.ts';

const output = table({ id: 'bigint' });
const date = since(day, '2018-07-01');
const tasks: readonly AnyTaskDefinition[] = [
  defineTask({ name: 'daily', params: { date }, output }),
  defineTask({ name: 'monthly', params: { month: since(month, '2018-07-15') }, output }),
  defineTask({ name: 'all', params: { through: defaulted(date, yesterday) }, output }),
  defineTask({
    name: 'shop',
    params: { date, count: integer, open: boolean, kind: choice('a', 'b'), label: optional(text) },
    output,
  }),
  defineTask({ name: 'two', params: { first: day, second: day }, output }),
  defineTask({ name: 'plain', output }),
];
const target = { createManifest: () => {} };
const runner = { name: 'stub', kinds: [] };
const config: CheckedConfig = checkConfig({ targets: target, runners: [runner], tasks }, 'the test');

/** `daily --date 2018-07-02`, as the words after the command. */
function select(line: string): readonly string[] {
  const [task = '', ...words] = line.split(' ');
  const flags: Record<string, string> = {};
  for (let index = 0; index < words.length; index += 2)
    flags[words[index]?.slice(2) ?? ''] = words[index + 1] ?? '';
  return selectTasks(config, { task, flags, today: '2018-07-25' }).map(({ id }) => id);
}

describe('the words after a command choose tasks', () => {
  const chosen: readonly (readonly [string, readonly string[]])[] = [
    ['daily --date 2018-07-02', ['daily/date=2018-07-02']],
    ['daily/date=2018-07-02', ['daily/date=2018-07-02']],
    ['monthly --month 2018-07', ['monthly/month=2018-07']],
    ['all', ['all/through=2018-07-24']],
    ['all --through 2018-07-03', ['all/through=2018-07-03']],
    ['plain', ['plain']],
    [
      'daily --from 2018-07-30 --through 2018-08-01',
      ['daily/date=2018-07-30', 'daily/date=2018-07-31', 'daily/date=2018-08-01'],
    ],
    ['monthly --from 2018-12 --through 2019-01', ['monthly/month=2018-12', 'monthly/month=2019-01']],
    [
      'two --first 2018-07-01 --from 2018-07-02 --through 2018-07-02',
      ['two/first=2018-07-01,second=2018-07-02'],
    ],
    [
      'shop --label a/b --kind b --open true --count -5 --date 2018-07-02',
      ['shop/date=2018-07-02,count=-5,open=true,kind=b,label=a%2Fb'],
    ],
    [
      'shop/date=2018-07-02,count=1,open=false,kind=a,label=a%2Fb',
      ['shop/date=2018-07-02,count=1,open=false,kind=a,label=a%2Fb'],
    ],
    [
      'shop/date=2018-07-02,count=1 --open false --kind a',
      ['shop/date=2018-07-02,count=1,open=false,kind=a'],
    ],
  ];
  test.each(chosen)('%s', (line, ids) => {
    expect(select(line)).toEqual(ids);
  });
});

describe('what chooses no task names what is wrong', () => {
  const refusals: readonly (readonly [string, string])[] = [
    [
      'dayly --date 2018-07-02',
      'task-unknown: There is no task "dayly". There is: daily, monthly, all, shop, two, plain.',
    ],
    ['daily', 'parameter-missing: The task daily needs its parameter "date": give --date YYYY-MM-DD.'],
    [
      'daily --date 2018-02-30',
      'parameter-invalid: The date "2018-02-30" of daily is not a day of the form YYYY-MM-DD.',
    ],
    [
      'daily --date 2018-06-30',
      'parameter-invalid: The date "2018-06-30" of daily ends before 2018-07-01, the first day there is.',
    ],
    [
      'daily --month 2018-07',
      'parameter-unknown: There is no option --month, and the task daily has no parameter "month": it has --date YYYY-MM-DD.',
    ],
    [
      'plain --date 2018-07-02',
      'parameter-unknown: There is no option --date, and the task plain has no parameter "date": it has no parameters.',
    ],
    ['daily --from 2018-07-02', 'usage: --from is given without --through: a range needs both.'],
    ['daily --through 2018-07-02', 'usage: --through is given without --from: a range needs both.'],
    [
      'daily --from 2018-07-03 --through 2018-07-02',
      'usage: The range is empty: --from 2018-07-03 comes after --through 2018-07-02.',
    ],
    [
      'daily --from 2018-06-30 --through 2018-07-02',
      'parameter-invalid: The date "2018-06-30" of daily ends before 2018-07-01, the first day there is.',
    ],
    [
      'monthly --from 2018-07-01 --through 2018-07-31',
      'parameter-invalid: The month "2018-07-01" of monthly is not a month of the form YYYY-MM.',
    ],
    [
      'daily --date 2018-07-01 --from 2018-07-01 --through 2018-07-02',
      'usage: --from and --through go over "date", which is given too: leave one of them out.',
    ],
    [
      'two --from 2018-07-01 --through 2018-07-02',
      'usage: --from and --through go over the one day or month of a task, and two has several: first, second.',
    ],
    [
      'plain --from 2018-07-01 --through 2018-07-02',
      'usage: --from and --through go over the one day or month of a task, and plain has no day or month.',
    ],
    [
      'all --from 2018-07-01 --through 2018-07-02',
      'usage: --from is no part of all, whose --through is a parameter: leave --from out.',
    ],
    [
      'daily/date=2018-07-02 --date 2018-07-02',
      'usage: date is given twice, in daily/date=2018-07-02 and as --date: give it once.',
    ],
    [
      'daily/2018-07-02',
      'usage: "daily/2018-07-02" is no task: write a name, or an id such as account-statistics/date=2018-07-24.',
    ],
    ['daily/date=%zz', 'usage: "daily/date=%zz" is no task: "%zz" is not percent-encoded as ids are.'],
  ];
  test.each(refusals)('%s', (line, message) => {
    expect(thrownBy(() => select(line))).toBe(message);
  });
});

test('a command about one output refuses a range', () => {
  const flags = { from: '2018-07-01', through: '2018-07-02' };
  const message = 'usage: daybook why is about one output and is given a range: name one day or month.';
  expect(thrownBy(() => selectTask(config, { task: 'daily', flags, today: '2018-07-25' }, 'why'))).toBe(
    message,
  );
});
