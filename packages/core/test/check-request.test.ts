import { expect, test } from 'vitest';
import type { Request } from '../src/scheduler/protocol.ts';
import type { SchedulerEvent } from '../src/scheduler/view.ts';
import { driver } from './scheduler-driver.ts';

test.each([
  [['a', 'a'], []],
  [['a'], ['b', 'b']],
  [
    ['a', 'b'],
    ['c', 'b'],
  ],
])('an id that is asked with twice is refused, and nothing is given: %j and %j', (attempts, more) => {
  const drive = driver();
  drive.submit('a batch=2/0; b batch=2/0');
  const answer = drive.ask({ kind: 'next', worker: 'w', runners: ['local'], attempts, more } as Request);
  expect(answer).toMatchObject({
    kind: 'refused',
    why: `The request next names "${more.at(-1) ?? 'a'}" twice in attempts and more: each attempt has an id of its own.`,
  });
  expect(drive.text()).toBe('a ready, b ready');
});

test('no view has the stack of an error, whoever reported it', () => {
  const told: SchedulerEvent[] = [];
  const drive = driver({ told: (event) => told.push(event) });
  drive.submit('a; b');
  drive.next(2);
  const error = { code: 'job-failed', message: 'It broke.', stack: 'at secret.ts:1' } as const;
  drive.end('a', { kind: 'failed', fault: 'task', error });
  drive.end('b', { kind: 'crashed', error });
  expect(drive.view('a').end).toMatchObject({ error: { message: 'It broke.' } });
  expect(JSON.stringify([drive.scheduler.tasks(), drive.scheduler.state(), told])).not.toContain('secret.ts');
});
