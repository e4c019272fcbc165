import { describe, expect, test } from 'vitest';
import { clusterText, startFailure, stepFate, stopping } from '../src/cluster/step-fate.ts';
import type { ClusterView, StepView } from '../src/cluster/views.ts';

const clusters: Readonly<Record<string, ClusterView>> = {
  starting: { id: 'j-1', name: '', state: 'STARTING', createdMs: 0 },
  running: { id: 'j-1', name: '', state: 'RUNNING', createdMs: 0, readyMs: 1 },
  ending: { id: 'j-1', name: '', state: 'TERMINATING', createdMs: 0, readyMs: 1, code: 'USER_REQUEST' },
  idle: { id: 'j-1', name: '', state: 'TERMINATED', createdMs: 0, readyMs: 1, code: 'ALL_STEPS_COMPLETED' },
  broken: {
    id: 'j-1',
    name: '',
    state: 'TERMINATED_WITH_ERRORS',
    createdMs: 0,
    readyMs: 1,
    code: 'INSTANCE_FAILURE',
  },
  unborn: { id: 'j-1', name: '', state: 'TERMINATED_WITH_ERRORS', createdMs: 0, code: 'BOOTSTRAP_FAILURE' },
  forbidden: { id: 'j-1', name: '', state: 'TERMINATED_WITH_ERRORS', createdMs: 0, code: 'VALIDATION_ERROR' },
};

const states = [
  'none',
  'PENDING',
  'RUNNING',
  'CANCEL_PENDING',
  'COMPLETED',
  'FAILED',
  'CANCELLED',
  'INTERRUPTED',
  'PAUSED',
];

function step(state: string): StepView | undefined {
  if (state === 'none') return undefined;
  const started = !['PENDING', 'CANCELLED'].includes(state);
  return { id: 's-1', name: '', state, createdMs: 0, ...(started ? { startedMs: 1 } : {}) };
}

/** `wanted → nobody wants it`, for each state of a step (down) and of a cluster (across). */
function table(missing: boolean): string {
  const names = Object.keys(clusters);
  const rows = states.map((state) => [
    state,
    ...names.map((name) =>
      [false, true]
        .map((unwanted) => {
          const fate = stepFate(step(state), clusters[name]!, { unwanted, missing });
          return fate.kind === 'wait' ? fate.state : fate.kind;
        })
        .join('→'),
    ),
  ]);
  return [['', ...names], ...rows]
    .map((row) =>
      row
        .map((cell) => cell.padEnd(20))
        .join(' ')
        .trimEnd(),
    )
    .join('\n');
}

test('the fate of a step follows from its state and that of its cluster', () => {
  expect(`\n${table(false)}\n`).toBe(`
                     starting             running              ending               idle                 broken               unborn               forbidden
none                 pending→pending      pending→pending      pending→cancelled    elsewhere→cancelled  elsewhere→cancelled  lost→cancelled       refused→cancelled
PENDING              pending→pending      pending→pending      pending→cancelled    elsewhere→cancelled  elsewhere→cancelled  lost→cancelled       refused→cancelled
RUNNING              running→running      running→running      running→cancelled    lost→cancelled       lost→cancelled       lost→cancelled       lost→cancelled
CANCEL_PENDING       running→running      running→running      running→cancelled    lost→cancelled       lost→cancelled       lost→cancelled       lost→cancelled
COMPLETED            completed→completed  completed→completed  completed→cancelled  completed→cancelled  completed→cancelled  completed→cancelled  completed→cancelled
FAILED               failed→cancelled     failed→cancelled     failed→cancelled     failed→cancelled     lost→cancelled       failed→cancelled     failed→cancelled
CANCELLED            lost→cancelled       lost→cancelled       elsewhere→cancelled  elsewhere→cancelled  elsewhere→cancelled  lost→cancelled       refused→cancelled
INTERRUPTED          lost→cancelled       lost→cancelled       lost→cancelled       lost→cancelled       lost→cancelled       lost→cancelled       lost→cancelled
PAUSED               running→running      running→running      running→cancelled    lost→cancelled       lost→cancelled       lost→cancelled       lost→cancelled
`);
});

test('a step that listings have not shown for long is lost, or was never made', () => {
  const fates = Object.values(clusters).map(
    (cluster) => stepFate(undefined, cluster, { unwanted: false, missing: true }).kind,
  );
  expect(fates).toEqual(['lost', 'lost', 'lost', 'elsewhere', 'elsewhere', 'lost', 'refused']);
  expect(stepFate(undefined, clusters['running']!, { unwanted: true, missing: true }).kind).toBe('cancelled');
});

test('a step that was cancelled after it began, with its cluster, was lost', () => {
  const cancelled = { ...step('CANCELLED')!, startedMs: 1 };
  expect(stepFate(cancelled, clusters['idle']!, { unwanted: false, missing: false }).kind).toBe('lost');
});

const failures: readonly [string, StepView['failure'], string | undefined, string][] = [
  [
    'its message',
    { reason: 'Unknown Error.', message: 'ValueError: x\n  at y', logFile: 's3n://l/stderr.gz' },
    undefined,
    'ValueError: x',
  ],
  ['its reason, without a message', { reason: 'Out of disk.' }, undefined, 'Out of disk.'],
  ['its reason, with an empty message', { reason: 'Out of disk.', message: ' ' }, 'x', 'Out of disk.'],
  ['the reason of its state', undefined, 'Exit code 1', 'Exit code 1'],
];

test.each(failures)('the cause of a failure is %s', (_, failure, reason, cause) => {
  const failed: StepView = {
    ...step('FAILED')!,
    ...(failure === undefined ? {} : { failure }),
    ...(reason === undefined ? {} : { reason }),
  };
  const fate = stepFate(
    failed,
    { ...clusters['running']!, logUri: 's3://logs/' },
    { unwanted: false, missing: false },
  );
  const log = failure?.logFile === undefined ? '' : ' The log: s3://l/stderr.gz';
  expect(fate).toEqual({
    kind: 'failed',
    why: `${cause}\nStep s-1 on cluster j-1. Logs: s3://logs/j-1/steps/s-1/${log}`,
  });
});

test.each([
  [undefined, undefined],
  [{ reason: 'Unknown Error.', logFile: 's3n://l/stderr.gz' }, ''],
])('of a failure without a cause it is said that there is none: %o', (failure, reason) => {
  const failed: StepView = {
    ...step('FAILED')!,
    ...(failure === undefined ? {} : { failure }),
    ...(reason === undefined ? {} : { reason }),
  };
  expect(stepFate(failed, clusters['running']!, { unwanted: false, missing: false })).toEqual({
    kind: 'failed',
    why: 'EMR tells no cause\nStep s-1 on cluster j-1.',
    unexplained: true,
  });
});

test.each([
  ['VALIDATION_ERROR', 'Service role X has insufficient EC2 permissions', 'refused'],
  [
    'VALIDATION_ERROR',
    'The requested instance type is not supported in the requested availability zone',
    'refused',
  ],
  ['VALIDATION_ERROR', 'Insufficient capacity in the availability zone', 'lost'],
  ['VALIDATION_ERROR_INVALID_SSH_KEY_NAME', 'The key pair does not exist', 'refused'],
  ['INTERNAL_ERROR', 'Failed to start the job flow due to an internal error', 'lost'],
  ['INTERNAL_ERROR_EC2_INSUFFICIENT_CAPACITY_AZ', 'Not enough capacity', 'lost'],
  ['INTERNAL_ERROR', 'You have exceeded your vCPU limit: VcpuLimitExceeded', 'refused'],
  ['INSTANCE_FAILURE', 'The request exceeds your EC2 quota', 'refused'],
  ['INSTANCE_FLEET_TIMEOUT', 'Provisioning timed out', 'lost'],
  ['BOOTSTRAP_FAILURE', 'bootstrap action 1 returned a non-zero return code', 'lost'],
  ['USER_REQUEST', 'Terminated by user request', 'elsewhere'],
  ['ALL_STEPS_COMPLETED', 'Steps completed', 'elsewhere'],
  ['', '', 'lost'],
])('a cluster that never was ready for %s, %s, is %s', (code, message, fate) => {
  expect(startFailure({ code, message })).toBe(fate);
});

test('a cluster tells its end on one line, and which it is on the next', () => {
  expect(clusterText({ ...clusters['broken']!, message: 'The master was lost.\nSee below.' })).toBe(
    'Its cluster ended: The master was lost (INSTANCE_FAILURE).\nCluster j-1, TERMINATED_WITH_ERRORS.',
  );
});

describe('a step that is to be stopped', () => {
  const running = step('RUNNING');
  test.each([
    ['is not listed yet', undefined, {}, 0, 'nothing'],
    ['was told nothing yet', running, {}, 0, 'interrupt'],
    ['was just interrupted', running, { interruptedMs: 0 }, 59, 'nothing'],
    ['was interrupted a while ago', running, { interruptedMs: 0 }, 60, 'kill'],
    ['was just killed', running, { interruptedMs: 0, killedMs: 60 }, 119, 'nothing'],
    ['was killed a while ago', running, { interruptedMs: 0, killedMs: 60 }, 120, 'end-cluster'],
  ] as const)('and %s', (_, view, told, nowMs, what) => {
    expect(stopping(view, { ...told, ours: true }, nowMs, 60)).toBe(what);
    expect(stopping(view, { ...told, ours: false }, nowMs, 60)).toBe(
      what === 'end-cluster' ? 'give-up' : what,
    );
  });
});
