import { describe, expect, test } from 'vitest';
import { shell, step } from './fixtures.ts';
import { failed, machineAt0 } from './machine-fixture.ts';

describe('a cluster', () => {
  test('starts, bootstraps, waits, and ends when it is told to, with the time of each', () => {
    const emr = machineAt0();
    const id = emr.run();
    const seen: unknown[] = [];
    const look = (second: number) => {
      emr.to(second);
      const { State, StateChangeReason } = emr.call('DescribeCluster', { ClusterId: id }).Cluster.Status;
      seen.push([second, State, StateChangeReason['Code'] ?? '', StateChangeReason['Message']]);
    };
    for (const second of [0, 59, 60, 89, 90, 200]) look(second);
    emr.call('TerminateJobFlows', { JobFlowIds: [id] });
    for (const second of [200, 219, 220]) look(second);
    expect(seen).toEqual([
      [0, 'STARTING', '', 'Provisioning Amazon EC2 capacity'],
      [59, 'STARTING', '', 'Provisioning Amazon EC2 capacity'],
      [60, 'BOOTSTRAPPING', '', 'Running bootstrap actions'],
      [89, 'BOOTSTRAPPING', '', 'Running bootstrap actions'],
      [90, 'WAITING', '', 'Waiting for steps to run'],
      [200, 'WAITING', '', 'Waiting for steps to run'],
      [200, 'TERMINATING', 'USER_REQUEST', 'Terminated by user request'],
      [219, 'TERMINATING', 'USER_REQUEST', 'Terminated by user request'],
      [220, 'TERMINATED', 'USER_REQUEST', 'Terminated by user request'],
    ]);
    const timeline = { CreationDateTime: 0, ReadyDateTime: 90, EndDateTime: 220 };
    expect(emr.call('DescribeCluster', { ClusterId: id }).Cluster.Status.Timeline).toEqual(timeline);
  });

  test('has the times at which things happened, however late one looks', () => {
    const emr = machineAt0();
    const id = emr.run({ Steps: [] });
    emr.call('PutAutoTerminationPolicy', { ClusterId: id, AutoTerminationPolicy: { IdleTimeout: 60 } });
    emr.to(10_000);
    const timeline = { CreationDateTime: 0, ReadyDateTime: 90, EndDateTime: 170 };
    expect(emr.call('DescribeCluster', { ClusterId: id }).Cluster.Status.Timeline).toEqual(timeline);
  });

  test.each([
    ['all steps well', undefined, 'TERMINATED', 'ALL_STEPS_COMPLETED', 'Steps completed'],
    ['one failed', failed, 'TERMINATED', 'STEP_FAILURE', 'Steps completed with errors'],
  ])('that is not kept alive ends behind its last step: %s', (_, failure, state, code, message) => {
    const emr = machineAt0();
    const groups = [{ InstanceRole: 'MASTER' as const, InstanceType: 'm5.xlarge', InstanceCount: 1 }];
    const id = emr.run({ Instances: { InstanceGroups: groups }, Steps: [shell('a'), shell('b')] });
    emr.to(90);
    emr.ended('a', failure);
    emr.ended('b');
    expect(emr.cluster(id)).toMatchObject({ state: 'TERMINATING', reason: { code, message } });
    emr.to(110);
    expect(emr.cluster(id)).toMatchObject({ state, reason: { code, message } });
  });

  test('that is no longer to be kept alive ends at once where it waits, else behind its steps', () => {
    const emr = machineAt0();
    const ids = [emr.run(), emr.run()];
    emr.to(90);
    emr.add(ids[1]!, [shell('a')]);
    emr.call('SetKeepJobFlowAliveWhenNoSteps', { JobFlowIds: ids, KeepJobFlowAliveWhenNoSteps: false });
    expect(ids.map((id) => emr.cluster(id).state)).toEqual(['TERMINATING', 'RUNNING']);
    emr.ended('a');
    expect(emr.cluster(ids[1]!).state).toBe('TERMINATING');
  });

  test('that is protected is not ended by request, and its neighbours are', () => {
    const emr = machineAt0();
    const ids = [emr.run(), emr.run()];
    emr.call('SetTerminationProtection', { JobFlowIds: [ids[0]!], TerminationProtected: true });
    expect(() => emr.call('TerminateJobFlows', { JobFlowIds: ids })).toThrow(
      'Could not shut down one or more job flows since they are termination protected.',
    );
    expect(ids.map((id) => emr.cluster(id).state)).toEqual(['STARTING', 'TERMINATING']);
    emr.call('SetTerminationProtection', { JobFlowIds: [ids[0]!], TerminationProtected: false });
    emr.call('TerminateJobFlows', { JobFlowIds: ids });
    expect(emr.cluster(ids[0]!).state).toBe('TERMINATING');
  });

  test('ends by its auto-termination policy when it was idle for as long, and not before', () => {
    const emr = machineAt0();
    const id = emr.run({ AutoTerminationPolicy: { IdleTimeout: 100 } });
    emr.to(189);
    emr.add(id, [shell('a')]);
    emr.to(1_000);
    expect(emr.cluster(id).state).toBe('RUNNING');
    emr.ended('a');
    emr.to(1_099);
    expect(emr.cluster(id).state).toBe('WAITING');
    emr.to(1_100);
    expect(emr.cluster(id).state).toBe('TERMINATING');
    expect(() => emr.add(id, [shell('b')])).toThrow(
      'A job flow that is shutting down, terminated, or finished may not be modified.',
    );
  });

  test('shows, changes and forgets its auto-termination policy', () => {
    const emr = machineAt0();
    const ClusterId = emr.run();
    const shown = () => emr.call('GetAutoTerminationPolicy', { ClusterId });
    expect(shown()).toEqual({});
    emr.call('PutAutoTerminationPolicy', { ClusterId, AutoTerminationPolicy: { IdleTimeout: 60 } });
    expect(shown()).toEqual({ AutoTerminationPolicy: { IdleTimeout: 60 } });
    emr.call('RemoveAutoTerminationPolicy', { ClusterId });
    expect(shown()).toEqual({});
    emr.to(100_000);
    expect(emr.cluster(ClusterId).state).toBe('WAITING');
  });

  test('that is idle already gets the whole time of a policy that is put', () => {
    const emr = machineAt0();
    const ClusterId = emr.run();
    emr.to(500);
    emr.call('PutAutoTerminationPolicy', { ClusterId, AutoTerminationPolicy: { IdleTimeout: 60 } });
    emr.to(559);
    expect(emr.cluster(ClusterId).state).toBe('WAITING');
    emr.to(560);
    expect(emr.cluster(ClusterId).state).toBe('TERMINATING');
  });

  test('that is over may be terminated again, protected or not', () => {
    const emr = machineAt0();
    const id = emr.run({ AutoTerminationPolicy: { IdleTimeout: 60 } });
    emr.call('SetTerminationProtection', { JobFlowIds: [id], TerminationProtected: true });
    emr.to(1_000);
    emr.call('TerminateJobFlows', { JobFlowIds: [id] });
    expect(emr.cluster(id)).toMatchObject({ state: 'TERMINATED', endedMs: 170_000 });
  });

  test('is not made earlier than the one before it, though the clock was put back', () => {
    const emr = machineAt0();
    emr.to(100);
    emr.run();
    emr.to(40);
    expect(emr.cluster(emr.run()).createdMs).toBe(100_000);
  });

  test('made twice by the same request is two clusters', () => {
    const emr = machineAt0();
    const ids = [emr.run(), emr.run()];
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^j-[A-Z0-9]{13}$/);
  });
});

describe('steps', () => {
  test('run one behind the other in the order in which they were added', () => {
    const emr = machineAt0();
    const id = emr.run({ Steps: [shell('a')] });
    emr.add(id, [shell('b'), shell('c')]);
    emr.to(89);
    expect(emr.effects()).toEqual([]);
    emr.to(90);
    expect(emr.effects()).toEqual(['start-step a']);
    emr.ended('a');
    expect(emr.effects()).toEqual(['start-step b']);
    expect(emr.steps(id)).toEqual(['a COMPLETED', 'b RUNNING', 'c PENDING']);
  });

  test('run as many at once as the level says, and more when it is raised', () => {
    const emr = machineAt0();
    const id = emr.run({ StepConcurrencyLevel: 2, Steps: ['a', 'b', 'c', 'd'].map((name) => shell(name)) });
    emr.to(90);
    expect(emr.effects()).toEqual(['start-step a', 'start-step b']);
    emr.call('ModifyCluster', { ClusterId: id, StepConcurrencyLevel: 3 });
    expect(emr.effects()).toEqual(['start-step c']);
    emr.ended('b');
    expect(emr.effects()).toEqual(['start-step d']);
  });

  test.each([
    ['CONTINUE', ['a FAILED', 'b RUNNING', 'c PENDING'], 'RUNNING'],
    ['CANCEL_AND_WAIT', ['a FAILED', 'b CANCELLED', 'c CANCELLED'], 'WAITING'],
    ['TERMINATE_CLUSTER', ['a FAILED', 'b CANCELLED', 'c CANCELLED'], 'TERMINATING'],
    ['TERMINATE_JOB_FLOW', ['a FAILED', 'b CANCELLED', 'c CANCELLED'], 'TERMINATING'],
  ] as const)('that fail lead to what %s says', (action, steps, state) => {
    const emr = machineAt0();
    const id = emr.run({ Steps: [step('a', ['x'], action), shell('b'), shell('c')] });
    emr.to(90);
    emr.ended('a', failed);
    expect(emr.steps(id)).toEqual(steps);
    expect(emr.cluster(id).state).toBe(state);
    if (state !== 'TERMINATING') return;
    emr.to(200);
    const reason = { code: 'STEP_FAILURE', message: 'Shut down as step failed' };
    expect(emr.cluster(id)).toMatchObject({ state: 'TERMINATED_WITH_ERRORS', reason });
  });

  test('that fail beside others lead to nothing, whatever they say', () => {
    const emr = machineAt0();
    const id = emr.run({ Steps: [step('a', ['x'], 'TERMINATE_CLUSTER'), shell('b')] });
    emr.to(90);
    emr.call('ModifyCluster', { ClusterId: id, StepConcurrencyLevel: 2 });
    emr.ended('a', failed);
    expect(emr.steps(id)).toEqual(['a FAILED', 'b RUNNING']);
  });

  test('end the cluster by default when they fail, or nothing where they run beside others', () => {
    const emr = machineAt0();
    const HadoopJarStep = { Jar: 'command-runner.jar' };
    const ids = [1, 2].map((StepConcurrencyLevel) =>
      emr.run({ StepConcurrencyLevel, Steps: [{ Name: 'a', HadoopJarStep }] }),
    );
    const actions = ids.map((id) => emr.cluster(id).steps[0]!.actionOnFailure);
    expect(actions).toEqual(['TERMINATE_CLUSTER', 'CONTINUE']);
  });

  test('that fail do not end a protected cluster that is kept alive', () => {
    const emr = machineAt0();
    const id = emr.run({ Steps: [step('a', ['x'], 'TERMINATE_CLUSTER'), shell('b')] });
    emr.call('SetTerminationProtection', { JobFlowIds: [id], TerminationProtected: true });
    emr.to(90);
    emr.ended('a', failed);
    expect(emr.cluster(id).state).toBe('WAITING');
    expect(emr.steps(id)).toEqual(['a FAILED', 'b CANCELLED']);
  });

  test('that wait are cancelled at once, and those that run when they have ended', () => {
    const emr = machineAt0();
    const id = emr.run({ Steps: [shell('a'), shell('b'), shell('c')] });
    emr.to(90);
    emr.effects();
    const [a = '', b = ''] = emr.cluster(id).steps.map((each) => each.id);
    const answer = emr.call('CancelSteps', { ClusterId: id, StepIds: [a, b, 's-0'] });
    expect(answer.CancelStepsInfoList).toEqual([
      { StepId: a, Status: 'SUBMITTED' },
      { StepId: b, Status: 'SUBMITTED' },
      { StepId: 's-0', Status: 'FAILED', Reason: "Step id 's-0' is not valid." },
    ]);
    expect(emr.steps(id)).toEqual(['a CANCEL_PENDING', 'b CANCELLED', 'c PENDING']);
    expect(emr.effects()).toEqual(['interrupt-step a']);
    emr.call('CancelSteps', {
      ClusterId: id,
      StepIds: [a],
      StepCancellationOption: 'TERMINATE_PROCESS',
    });
    expect(emr.effects()).toEqual(['kill-step a']);
    emr.ended('a', failed);
    expect(emr.steps(id)).toEqual(['a CANCELLED', 'b CANCELLED', 'c RUNNING']);
    const { CancelStepsInfoList } = emr.call('CancelSteps', { ClusterId: id, StepIds: [a] });
    expect(CancelStepsInfoList).toMatchObject([{ Status: 'FAILED' }]);
  });

  test('that were cancelled take no action for their failure', () => {
    const emr = machineAt0();
    const id = emr.run({ Steps: [step('a', ['x'], 'TERMINATE_CLUSTER')] });
    emr.to(90);
    emr.call('CancelSteps', { ClusterId: id, StepIds: [emr.cluster(id).steps[0]!.id] });
    emr.ended('a', failed);
    expect(emr.cluster(id)).toMatchObject({
      state: 'WAITING',
      reason: { message: 'Cluster ready after last step cancelled.' },
    });
  });

  test('of a cluster that ends are interrupted or cancelled, and their late ends change nothing', () => {
    const emr = machineAt0();
    const id = emr.run({ Steps: [shell('a'), shell('b'), shell('c')] });
    emr.to(90);
    emr.ended('a');
    emr.effects();
    emr.call('TerminateJobFlows', { JobFlowIds: [id] });
    expect(emr.effects()).toEqual(['kill-step b']);
    emr.to(95);
    emr.ended('b', failed);
    expect(emr.steps(id)).toEqual(['a COMPLETED', 'b INTERRUPTED', 'c CANCELLED']);
    expect(emr.cluster(id).steps[1]).toMatchObject({ endedMs: 90_000 });
  });
});

describe('misfortune', () => {
  test('a bootstrap action that fails ends the cluster and cancels its steps', () => {
    const emr = machineAt0();
    const id = emr.run({ Steps: [shell('a')] }, { bootstrapFails: true });
    emr.to(90);
    expect(emr.effects()).toEqual([]);
    emr.to(110);
    expect(emr.cluster(id)).toMatchObject({
      state: 'TERMINATED_WITH_ERRORS',
      reason: { code: 'BOOTSTRAP_FAILURE', message: expect.stringMatching(/^On the master instance \(i-/) },
    });
    expect(emr.steps(id)).toEqual(['a CANCELLED']);
    const { Timeline } = emr.call('DescribeCluster', { ClusterId: id }).Cluster.Status;
    expect(Timeline).toEqual({ CreationDateTime: 0, EndDateTime: 110 });
  });

  test('spot instances that go interrupt what runs, and others come for them', () => {
    const emr = machineAt0();
    const id = emr.run({ Steps: [shell('a'), shell('b')] });
    emr.to(90);
    emr.effects();
    expect(emr.lose(id, { kind: 'spot', endsCluster: false })).toBe(true);
    expect(emr.effects()).toEqual(['kill-step a', 'start-step b']);
    expect(emr.steps(id)).toEqual(['a INTERRUPTED', 'b RUNNING']);
    const groups = () =>
      emr
        .call('ListInstanceGroups', { ClusterId: id })
        .InstanceGroups.map(({ RunningInstanceCount, Status }) => [Status.State, RunningInstanceCount]);
    expect(groups()).toEqual([
      ['RUNNING', 1],
      ['RESIZING', 0],
    ]);
    const gone = emr.call('ListInstances', { ClusterId: id, InstanceStates: ['TERMINATED'] }).Instances;
    expect(gone.map(({ Status }) => Status.StateChangeReason['Code'])).toEqual([
      'INSTANCE_FAILURE',
      'INSTANCE_FAILURE',
    ]);
    emr.to(180);
    expect(groups()).toEqual([
      ['RUNNING', 1],
      ['RUNNING', 2],
    ]);
  });

  test('spot instances that went are gone for good: only those that came for them can go again', () => {
    const emr = machineAt0();
    const id = emr.run();
    emr.to(90);
    emr.lose(id, { kind: 'spot', endsCluster: false });
    emr.to(1_000);
    emr.lose(id, { kind: 'spot', endsCluster: false });
    emr.to(2_000);
    emr.call('TerminateJobFlows', { JobFlowIds: [id] });
    emr.to(2_020);
    const { Instances } = emr.call('ListInstances', { ClusterId: id, InstanceGroupTypes: ['CORE'] });
    const ends = Instances.map(({ Status }) => Status.Timeline['EndDateTime']);
    expect(ends).toEqual([90, 90, 1_000, 1_000, 2_020, 2_020]);
  });

  test('a loss that would come later than the end for idleness does not come', () => {
    const emr = machineAt0();
    const loss = { kind: 'master', endsCluster: true, afterMs: 1_000_000 } as const;
    const id = emr.run({ AutoTerminationPolicy: { IdleTimeout: 60 } }, { loss });
    emr.to(5_000);
    expect(emr.cluster(id)).toMatchObject({ state: 'TERMINATED', endedMs: 170_000 });
  });

  test.each([
    [{ kind: 'spot', endsCluster: true }, /All spot instances/],
    [{ kind: 'master', endsCluster: false }, /The master node was terminated/],
  ] as const)('%j ends the cluster', (loss, message) => {
    const emr = machineAt0();
    const id = emr.run({ Steps: [shell('a'), shell('b')] }, { loss: { ...loss, afterMs: 5_000 } });
    emr.to(94);
    expect(emr.cluster(id).state).toBe('RUNNING');
    emr.to(115);
    expect(emr.cluster(id)).toMatchObject({
      state: 'TERMINATED_WITH_ERRORS',
      endedMs: 115_000,
      reason: { code: 'INSTANCE_FAILURE', message: expect.stringMatching(message) },
    });
    expect(emr.steps(id)).toEqual(['a INTERRUPTED', 'b CANCELLED']);
  });

  test('a step that is accepted as the cluster ends never runs', () => {
    const emr = machineAt0();
    const id = emr.run();
    emr.to(90);
    expect(emr.add(id, [shell('a')], { endsAsIdle: true })).toHaveLength(1);
    expect(emr.effects()).toEqual([]);
    expect(emr.steps(id)).toEqual(['a CANCELLED']);
    expect(emr.cluster(id).state).toBe('TERMINATING');
  });

  test('a slow start takes so much longer', () => {
    const emr = machineAt0();
    const id = emr.run({}, { slowMs: 500_000 });
    emr.to(589);
    expect(emr.cluster(id).state).toBe('BOOTSTRAPPING');
    emr.to(590);
    expect(emr.cluster(id).state).toBe('WAITING');
  });
});
