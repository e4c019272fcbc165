import { expect, test } from 'vitest';
import { addDays } from '../src/calendar.ts';
import { graphOf } from '../src/graph.ts';
import { day, text } from '../src/param.ts';
import type { Input, Task } from '../src/task.ts';
import { defineTask, listOf } from '../src/task.ts';
import { thrownBy } from './text-table.ts';

/** Tasks `t/name=…`, each with the inputs that `edges` gives, written `a: b c`. */
function tasksBy(edges: string): (name: string) => Task {
  const below = new Map(
    edges
      .split(',')
      .map((edge) => edge.trim().split(':') as [string, string])
      .map(([name, inputs]) => [name, inputs.trim().split(' ')]),
  );
  const t = defineTask({
    name: 't',
    params: { name: text },
    inputs: ({ name }, self) => {
      const inputs: Record<string, Input> = {};
      for (const each of below.get(name) ?? []) inputs[each] = self({ name: each }) as Task;
      return inputs;
    },
  });
  return (name) => t({ name }) as Task;
}

test('every task comes after its inputs, and comes once', () => {
  const task = tasksBy('top: left right, left: base, right: base, base: root');
  const graph = graphOf([task('top'), task('base')]);
  expect([...graph.keys()]).toEqual([
    't/name=root',
    't/name=base',
    't/name=left',
    't/name=right',
    't/name=top',
  ]);
  expect(graph.get('t/name=top')?.inputIds).toEqual(['t/name=left', 't/name=right']);
});

test('the inputs of lists are part of it, each once', () => {
  const daily = defineTask({ name: 'daily', params: { date: day } });
  const total = defineTask({
    name: 'total',
    inputs: () => ({
      many: listOf(daily, [{ date: '2018-01-01' }, { date: '2018-01-02' }]),
      one: daily({ date: '2018-01-02' }),
      none: listOf(daily, []),
    }),
  });
  expect(graphOf([total()]).get('total')?.inputIds).toEqual([
    'daily/date=2018-01-01',
    'daily/date=2018-01-02',
  ]);
});

test('tasks that need each other are an error that names the circle and nothing above it', () => {
  const task = tasksBy('top: a, a: b x, b: c, c: a');
  expect(thrownBy(() => graphOf([task('top')]))).toBe(
    'task-cycle: Tasks need each other in a circle: t/name=a needs t/name=b needs t/name=c needs t/name=a. Remove one of these inputs.',
  );
});

test('a task that needs itself is a circle', () => {
  expect(thrownBy(() => graphOf([tasksBy('a: a')('a')]))).toContain('t/name=a needs t/name=a.');
});

test('a chain of ten thousand days is no trouble', () => {
  const chain = defineTask({
    name: 'chain',
    params: { date: day },
    inputs: ({ date }, self) => ({
      before: listOf(self, date === '2000-01-01' ? [] : [{ date: addDays(date, -1) }]),
    }),
  });
  const ids = [...graphOf([chain({ date: addDays('2000-01-01', 9_999) })]).keys()];
  expect(ids).toHaveLength(10_000);
  expect(ids[0]).toBe('chain/date=2000-01-01');
});
