import { describe, expect, test } from 'vitest';
import { checkConfig, definitionOf } from '../src/config.ts';
import type { TaskDefinition } from '../src/task.ts';
import { memoryTargets } from '../src/testing/index.ts';
import { daily, left, raw } from './run-fixture.ts';
import { stubRunner } from './stub-runner.ts';
import { thrownBy } from './text-table.ts';

const runner = stubRunner(() => 'a');
const config = { targets: memoryTargets(), runners: [runner], tasks: [raw, left, daily] };
const definition = (of: unknown): TaskDefinition => of as TaskDefinition;

const morning = { name: 'morning', task: 'daily', cron: '0 6 * * *' };
const scheduleRefusals: readonly (readonly [string, ...unknown[]])[] = [
  ['has a schedule named undefined: give it a name of a to z', null],
  ['has a schedule named "": give it a name of a to z', { ...morning, name: '' }],
  ['has a schedule named "The morning": give it a name of a to z', { ...morning, name: 'The morning' }],
  ['has two schedules named "morning": a name belongs to one.', morning, { ...morning, cron: '0 7 * * *' }],
  [
    'has the schedule "morning" of the task "dayly", which is not among its `tasks`: see to the name.',
    { ...morning, task: 'dayly' },
  ],
  [
    'has the schedule "morning" with the cron expression undefined: give five fields',
    { name: 'morning', task: 'daily' },
  ],
  [
    'has the schedule "morning" with the cron expression "@daily": give five fields',
    { ...morning, cron: '@daily' },
  ],
  [
    'has the schedule "morning" with the cron expression "0 0 6 * * *": give five',
    { ...morning, cron: '0 0 6 * * *' },
  ],
  [
    'has the schedule "morning" with the zone "Mars/Phobos", which is no IANA',
    { ...morning, zone: 'Mars/Phobos' },
  ],
  ['has the schedule "morning" with the zone 1, which is no IANA', { ...morning, zone: 1 }],
  [
    'has the schedule "morning" with the overlap "both": give queue or skip.',
    { ...morning, overlap: 'both' },
  ],
  ['has the schedule "morning" with force "yes": give true or false.', { ...morning, force: 'yes' }],
  ['has the schedule "morning" whose parameters are not texts by name', { ...morning, parameters: { n: 1 } }],
];

describe('a configuration', () => {
  test('gives a task to the first runner that takes its kind of job, and its name where names are given', () => {
    const loads = stubRunner(() => 'a', { name: 'loads', kinds: ['load'] });
    const chosen = stubRunner(() => 'a', { name: 'chosen' });
    const choice = { runner: chosen, tasks: ['left'] };
    const checked = checkConfig({ ...config, runners: [loads, choice, runner] }, 'here');
    expect(checked.runners).toEqual([loads, chosen, runner]);
    expect(checked.runnerOf(definition(raw))).toBe(loads);
    expect(checked.runnerOf(definition(left))).toBe(chosen);
    expect(checked.runnerOf(definition(daily))).toBeUndefined();
    const few = checkConfig({ ...config, runners: [loads] }, 'here');
    expect(thrownBy(() => few.runnerOf(definition(left)))).toBe(
      'runner-missing: No runner in here takes left, a sql job: add one, such as localRunner().',
    );
  });

  test('may name one runner twice: for some tasks, and for all others', () => {
    const checked = checkConfig({ ...config, runners: [{ runner, tasks: ['left'] }, runner] }, 'here');
    expect(checked.runners).toEqual([runner]);
  });

  test('may have handlers of events: one, several, or none', () => {
    const on = { runEnded: () => undefined, attemptEnded: [() => undefined], restated: [] };
    expect(checkConfig({ ...config, on }, 'here').on).toBe(on);
    expect(checkConfig({ ...config, on: { runEnded: undefined } }, 'here').on).toEqual({});
  });

  const refusals: readonly (readonly [string, unknown])[] = [
    ['exports no default: write `export default defineConfig({ … })`.', undefined],
    ['has no `targets`: give it a target such as fileTargets({ root }).', { ...config, targets: {} }],
    ['has no `runners`: give it a list such as [localRunner()].', { ...config, runners: [] }],
    ['has no `tasks`: give it a list of task definitions.', { ...config, tasks: undefined }],
    ['has the zone "Mars/Phobos", which is no IANA time zone', { ...config, zone: 'Mars/Phobos' }],
    ['lists a task that defineTask did not make.', { ...config, tasks: [{}] }],
    ['lists two tasks named "raw": a name belongs to one.', { ...config, tasks: [raw, raw] }],
    [
      'has two runners named "stub", which cannot be told apart: keep one.',
      { ...config, runners: [runner, stubRunner(() => 'a')] },
    ],
    [
      'gives a runner the task "lefd", which is not among its `tasks`: see to the name.',
      { ...config, runners: [{ runner, tasks: ['lefd'] }] },
    ],
    ['has NaN of the resource "disk": give a number from 0.', { ...config, resources: { disk: Number.NaN } }],
    ['has an `on` that is no object: write on: { runEnded: (event) => … }.', { ...config, on: [() => 1] }],
    ['has an `on` that is no object: write', { ...config, on: () => 1 }],
    [
      'has handlers of "runended", which is no event: there is runStarted, runEnded, attemptStarted, attemptEnded, dependencyMissing, restated, controlFailed, clusterCreated, clusterEnded.',
      { ...config, on: { runended: () => undefined } },
    ],
    ['has handlers of "toString", which is no event', { ...config, on: { toString: () => undefined } }],
    [
      'has a value at on.runEnded that is no function: give a handler such as (event) => …, or a list of them.',
      { ...config, on: { runEnded: 'https://hooks.slack.com' } },
    ],
    [
      'has a value at on.runEnded[1] that is no function',
      { ...config, on: { runEnded: [() => undefined, null] } },
    ],
    ['has -1 of the resource "disk": give a number from 0.', { ...config, resources: { disk: -1 } }],
    ['has `schedules` that are no list: give a list of schedules.', { ...config, schedules: {} }],
    ...scheduleRefusals.map(([why, ...schedules]): readonly [string, unknown] => [
      why,
      { ...config, schedules },
    ]),
  ];
  test('may have schedules, each with a name of its own', () => {
    const evening = { ...morning, name: 'evening-2', cron: '0 18 * * 1-5', zone: 'Europe/London' };
    const full = { ...evening, name: '3', parameters: { date: '2018-07-24' }, force: true, refetch: false };
    const schedules = [morning, { ...evening, overlap: 'skip' }, full] as const;
    expect(checkConfig({ ...config, schedules }, 'here').schedules).toBe(schedules);
    expect(checkConfig(config, 'here').schedules).toBeUndefined();
  });

  test.each(refusals)('that is wrong is told: it %s', (why, given) => {
    expect(thrownBy(() => checkConfig(given, 'here'))).toContain(
      `config-invalid: The configuration here ${why}`,
    );
  });
});

test('a task that is unknown is told with those that are near', () => {
  const checked = checkConfig(config, 'here');
  expect(definitionOf(checked, 'left')).toBe(left);
  expect(thrownBy(() => definitionOf(checked, 'left-over'))).toBe(
    'task-unknown: There is no task "left-over". There is: left.',
  );
});
