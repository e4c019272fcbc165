import { describe, expect, test } from 'vitest';
import type { MeasuredControl } from '../src/index.ts';
import { controlResult } from '../src/index.ts';

describe('the result of a control', () => {
  test('that holds has figures alone', () => {
    const measured: MeasuredControl = { name: 'x', held: true, counts: { rows: '3', broken: '0' } };
    expect(controlResult(measured, 'Do it again.')).toEqual({
      name: 'x',
      held: true,
      figures: { rows: '3', broken: '0' },
    });
  });

  test('that does not hold has its offenders and the remedy', () => {
    const measured: MeasuredControl = {
      name: 'x',
      held: false,
      counts: { broken: '1' },
      offenders: [{ id: '7', at: null }],
    };
    expect(controlResult(measured, 'Do it again.')).toEqual({
      name: 'x',
      held: false,
      figures: { broken: '1' },
      offenders: [{ id: '7', at: null }],
      remedy: 'Do it again.',
    });
    expect('remedy' in controlResult(measured)).toBe(false);
  });

  test('over groups has a figure for each, and none that is called like a count stands for it', () => {
    const totals = [
      { group: ['EUR', 'stake'], left: '1.00', right: '1.00' },
      { group: ['broken'], left: '1.00', right: '2.00' },
      { group: [null], left: null, right: '3' },
      { group: [], left: '4', right: '4' },
    ];
    const counts = { groups: '4', broken: '2' };
    expect(controlResult({ name: 'x', held: false, counts, totals }).figures).toEqual({
      groups: '4',
      broken: '2',
      'EUR stake': '1.00',
      null: '0 ≠ 3',
      total: '4',
    });
  });
});
