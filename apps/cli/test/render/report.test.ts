import { expect, test } from 'vitest';
import { reportText } from '../../src/render/report.ts';
import { plainPaint } from '../../src/terminal/paint.ts';

const report = {
  headline: '2 clusters are alive.',
  columns: [{ title: 'cluster' }, { title: 'cost', right: true }],
  rows: [
    ['j-A', '0.42'],
    ['j-LONGER', '12.00'],
  ],
  notes: ['Costs are estimates.'],
  document: [],
};

test('a report is a headline, a table and notes', () => {
  expect(reportText({ report, width: 80, paint: plainPaint })).toBe(
    [
      '2 clusters are alive.',
      '',
      '  cluster    cost',
      '  j-A        0.42',
      '  j-LONGER  12.00',
      '',
      'Costs are estimates.',
      '',
    ].join('\n'),
  );
});

test('without rows it has no table', () => {
  const none = { ...report, headline: 'No cluster is alive.', rows: [], notes: [] };
  expect(reportText({ report: none, width: 80, paint: plainPaint })).toBe('No cluster is alive.\n');
});
