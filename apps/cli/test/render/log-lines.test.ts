import { expect, test } from 'vitest';
import { logLineText } from '../../src/terminal/log-lines.ts';
import { plainPaint } from '../../src/terminal/paint.ts';

const at = '2018-07-25T05:00:01.250Z';
const run = '20180725T050000000Z-3f9c0a1b';
const attempt = { run, task: 'sales/date=2018-07-24', name: 'sales', attempt: '5d41', worker: 'books-1' };

test.each<readonly [string, Readonly<Record<string, unknown>>, string]>([
  [
    'run-started',
    { run, command: ['run', 'all-sales'], today: '2018-07-25', counts: { ready: 1 } },
    `run ${run} began: daybook run all-sales`,
  ],
  ['run-started', { run, today: '2018-07-25' }, `run ${run} began`],
  ['run-ended', { run, outcome: 'failed', counts: { failed: 1 } }, `run ${run} ended failed`],
  ['attempt-started', { ...attempt, number: 1 }, 'began sales/date=2018-07-24 (books-1)'],
  [
    'attempt-ended',
    { ...attempt, number: 2, outcome: 'lost', durationMs: 60_000, retryInMs: 2000 },
    'lost sales/date=2018-07-24 (1 min 0 s, attempt 2, tried again in 2.0 s, books-1)',
  ],
  [
    'attempt-ended',
    {
      ...attempt,
      number: 1,
      outcome: 'failed',
      error: { code: 'job-failed', message: 'It failed.\nThere.' },
    },
    'failed sales/date=2018-07-24: It failed. [job-failed] (books-1)',
  ],
  [
    'answered',
    { method: 'GET', path: '/v1/runs', status: 200, durationMs: 3, role: 'reader' },
    'answered method=GET path=/v1/runs status=200 durationMs=3 role=reader',
  ],
])('%s is a line for people', (event, facts, text) => {
  expect(logLineText(JSON.stringify({ level: 'info', at, ...facts, event }), plainPaint)).toBe(
    `05:00:01 ${text}`,
  );
});
