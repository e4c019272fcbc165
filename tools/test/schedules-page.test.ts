import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Schedule } from '@daybook/core';
import { nextDueTimes } from '@daybook/scheduler';
import { expect, test } from 'vitest';
import { scheduledRun } from '../../packages/scheduler/src/schedules/standing.ts';
import { root } from '../documents/blocks.ts';

type Presence<K extends keyof Schedule> = {} extends Pick<Schedule, K> ? 'maybe' : 'always';

/** The fields of a schedule, in the order of the page: the compiler holds them to core's type. */
const fields: { readonly [K in keyof Required<Schedule>]: Presence<K> } = {
  name: 'always',
  task: 'always',
  parameters: 'maybe',
  refetch: 'maybe',
  force: 'maybe',
  cron: 'always',
  zone: 'maybe',
  overlap: 'maybe',
};

const page = readFileSync(join(root, 'docs/schedules.md'), 'utf8');

test('docs/schedules.md has every field of a schedule, and whether it is always there', () => {
  const rows = [...page.matchAll(/^\| `(\w+)` +\| (always|maybe) +\|/gm)];
  expect(rows.map(([, field, there]) => [field, there])).toEqual(Object.entries(fields));
});

test.each(
  [...page.matchAll(/^\| `([^`]+)` +\| `([^`]+)` +\| (.*) \|$/gm)].map(
    ([, cron = '', zone = '', rest = '']) => {
      const cells = rest.split('|').map((cell) => cell.trim());
      return { cron, zone, after: cells.length > 1 ? `${cells[0]}Z` : '2018-07-01Z', due: cells.at(-1) };
    },
  ),
)('docs/schedules.md tells when $cron is due in $zone after $after', ({ cron, zone, after, due = '' }) => {
  const told = due.split(', ');
  let afterMs = Date.parse(after.replace(' ', 'T'));
  for (const time of told) {
    afterMs = nextDueTimes([{ name: 's', task: 't', cron }], zone, afterMs)[0]?.atMs ?? 0;
    expect(new Date(afterMs).toISOString().slice(0, 16).replace('T', ' ')).toBe(time);
  }
});

test('docs/schedules.md has a row for every example of an expression', () => {
  const dues = page.match(/^\| `[^`]+` +\| `\w+(\/\w+)?` +\| .*2018-/gm) ?? [];
  expect(dues).toHaveLength(10);
});

test('docs/schedules.md has every event of schedules in the log with its level, and no other', () => {
  const files = ['schedules/start-schedules.ts', 'schedules/end-of-run.ts'].map((file) =>
    readFileSync(join(root, 'packages/scheduler/src', file), 'utf8'),
  );
  const serve = readFileSync(join(root, 'apps/cli/src/commands/serve.ts'), 'utf8');
  const source = [...files, serve].join('\n');
  const logged = [...source.matchAll(/log\.(\w+)\(\{[^;]*?\}, '(schedule[a-z-]*|clock-[a-z-]+)'\)/g)];
  const decided = [...source.matchAll(/^ {2}'?[\w-]+'?: '(schedule-[a-z-]+)',$/gm)];
  const rows = [...page.matchAll(/^\| `([a-z-]+)` +\| (info|warn|error) +\|/gm)];
  expect(rows.map(([, event, level]) => `${event} ${level}`).toSorted()).toEqual(
    [
      ...logged.map(([, level, event]) => `${event} ${level}`),
      ...decided.map(([, event]) => `${event} info`),
    ].toSorted(),
  );
  expect(decided).toHaveLength(3);
});

test('docs/schedules.md names its runs as the scheduler does', () => {
  const afterMs = Date.parse('2018-07-02T00:00Z');
  const close = { name: 'close', task: 'accounting', cron: '30 5 * * *', zone: 'Europe/London' };
  const [next] = nextDueTimes([close], 'UTC', afterMs);
  expect(page).toContain(`\`${scheduledRun('close', next?.atMs ?? 0)}\``);
});
