import { describe, expect, test } from 'vitest';
import { checkConfig } from '../src/config.ts';
import { Scheduler } from '../src/scheduler/scheduler.ts';
import type { SchedulerPort } from '../src/scheduler-port.ts';
import type { RunBoard } from '../src/submitted-run.ts';
import { submitRun } from '../src/submitted-run.ts';
import { memoryTargets } from '../src/testing/index.ts';
import {
  boardOf,
  daily,
  date,
  definitions,
  ranElsewhere,
  report,
  resultText,
  short,
  today,
} from './run-fixture.ts';
import { stubRunner } from './stub-runner.ts';

const runner = stubRunner(() => 'a');

function submission(board: RunBoard, tasks = definitions) {
  const config = checkConfig({ targets: memoryTargets(), runners: [runner], tasks }, 'test');
  return { config, board, roots: [daily({ date })], today };
}

/** A scheduler that nobody works for. */
function idleScheduler() {
  const scheduler = new Scheduler({ patienceMs: Infinity });
  const port: SchedulerPort = async (request) => scheduler.handle(request, 1000);
  return { scheduler, port, board: boardOf(scheduler, port) };
}

describe('a run that was submitted', () => {
  test('goes on when nobody watches it any more', async () => {
    const { scheduler, board } = idleScheduler();
    const stop = new AbortController();
    const ids: string[] = [];
    const watching = submitRun({
      ...submission(board),
      signal: stop.signal,
      submitted: (run) => {
        ids.push(run);
        stop.abort(new Error('Nobody looks.'));
      },
    });
    await expect(watching).rejects.toThrow('Nobody looks.');
    expect(ids.map((id) => scheduler.run(id)?.counts)).toEqual([{ ready: 1, pending: 3 }]);
  });

  test('is not, where the watching ends before', async () => {
    const { scheduler, board } = idleScheduler();
    const options = { ...submission(board), signal: AbortSignal.abort(new Error('Nobody looks.')) };
    await expect(submitRun(options)).rejects.toThrow('Nobody looks.');
    expect(scheduler.runs()).toEqual([]);
  });

  test('names its project, and its tasks under the id that was given', async () => {
    const { scheduler, board } = idleScheduler();
    const stop = new AbortController();
    const given = { ...submission(board), run: 'mine', command: ['run', 'daily'], signal: stop.signal };
    await expect(submitRun({ ...given, submitted: () => stop.abort() })).rejects.toThrow();
    expect(scheduler.run('mine')).toMatchObject({
      command: ['run', 'daily'],
      today,
      project: { target: given.config.targets.name, digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect(scheduler.tasks({ run: 'mine' }).map(({ task }) => short(task))).toEqual([
      'raw',
      'left',
      'right',
      'report',
      'daily',
    ]);
  });

  test('is refused where a task is not listed, for a worker would not find it', async () => {
    const { scheduler, board } = idleScheduler();
    const listed = definitions.filter(({ taskName }) => taskName !== 'left');
    await expect(submitRun(submission(board, listed))).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringContaining('left is not among the `tasks` of the configuration'),
    });
    expect(scheduler.runs()).toEqual([]);
  });

  test('is an error where the scheduler refuses it, or has forgotten it', async () => {
    const { port, board } = idleScheduler();
    const refusing = { ...board, port: (async () => ({ kind: 'refused', why: 'No.' })) as SchedulerPort };
    await expect(submitRun(submission(refusing))).rejects.toMatchObject({
      code: 'scheduler-refused',
      message: 'The scheduler does not take the run: No.',
    });
    const forgetful = { ...board, port, tasks: async () => undefined };
    await expect(submitRun(submission(forgetful))).rejects.toMatchObject({
      code: 'scheduler-refused',
      message: expect.stringContaining('does not know the run'),
    });
  });

  test('tells of an attempt that is tried again how it ended, as far as that can be asked', async () => {
    const target = memoryTargets();
    let times = 0;
    const failing = stubRunner(({ task }) => {
      if (task.name !== 'report') return 'a';
      times += 1;
      return times === 1
        ? { kind: 'crashed', error: { code: 'job-crashed', message: 'It fell over.' } }
        : 'a';
    });
    const told: string[] = [];
    const observer = {
      started: ({ task, number }: { task: string; number: number }) =>
        told.push(`${short(task)} ${number} began`),
      ended: ({ task, number }: { task: string; number: number }, end: { kind: string }) =>
        told.push(`${short(task)} ${number} ${end.kind}`),
    };
    const result = await ranElsewhere(target, failing, { roots: [report({ date })], observer });
    expect(resultText(result)).toMatch(/^ok, 0 fresh: .*report published 1 \(missing\)$/);
    expect(told.filter((line) => line.startsWith('report')).at(-1)).toBe('report 2 published');
    expect(told.filter((line) => line.endsWith('began'))).toHaveLength(
      told.filter((line) => !line.endsWith('began')).length,
    );
  });
});
