import { expect, test } from 'vitest';
import { totalCosts } from '../src/cost.ts';

const estimated = (amount: string, currency = 'USD') => ({ amount, currency, estimate: true });

test('costs are added up exactly, each currency by itself', () => {
  const costs = [
    estimated('0.1'),
    estimated('0.0425'),
    estimated('12', 'EUR'),
    { ...estimated('7'), estimate: false },
  ];
  expect(totalCosts(costs)).toEqual([estimated('12', 'EUR'), estimated('7.1425')]);
});

test('small amounts keep their zeros, and nothing costs nothing', () => {
  expect(totalCosts([estimated('0.0001'), estimated('0.0002')])).toEqual([estimated('0.0003')]);
  expect(totalCosts([{ ...estimated('0.50'), estimate: false }])).toEqual([
    { ...estimated('0.50'), estimate: false },
  ]);
  expect(totalCosts([])).toEqual([]);
});
