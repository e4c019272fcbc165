import type { Outcome, Work } from '@daybook/core';
import { expect, test } from 'vitest';
import { WaitingWorks } from '../src/submission/waiting-works.ts';

const work = (attempt: string, signal = new AbortController().signal): Work =>
  ({ attempt, signal }) as unknown as Work;
const timedOut = (attempt: string): Outcome => ({ attempt, kind: 'timed-out' });

test('what a step has cost since it was told last is divided among the works that end', () => {
  const told: Outcome[] = [];
  const waiting = new WaitingWorks(
    ['a', 'b', 'c'].map((name) => work(name)),
    (each) => told.push(each),
  );
  waiting.settle([timedOut('a')], '0.1000');
  expect(waiting.works.map(({ attempt }) => attempt)).toEqual(['b', 'c']);
  waiting.settle([], '0.2000');
  waiting.settle([timedOut('b'), timedOut('c')], '0.3000');
  expect(told.map(({ attempt, cost }) => `${attempt} ${cost?.amount}`)).toEqual([
    'a 0.100000',
    'b 0.100000',
    'c 0.100000',
  ]);
  expect(told[0]?.cost).toMatchObject({ currency: 'USD', estimate: true });
});

test('where no price is known no cost is told', () => {
  const told: Outcome[] = [];
  new WaitingWorks([work('a')], (each) => told.push(each)).settle([timedOut('a')], undefined);
  expect(told).toEqual([timedOut('a')]);
});

test('works are wanted as long as one of them is', () => {
  const waiting = new WaitingWorks([work('a', AbortSignal.abort()), work('b')], () => undefined);
  expect(waiting.wanted).toBe(true);
  waiting.settle([timedOut('b')], undefined);
  expect(waiting.wanted).toBe(false);
});
