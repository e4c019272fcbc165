import { describe, expect, test } from 'vitest';
import { checkedInput } from '../src/model/check.ts';
import { clusterRequest, step } from './fixtures.ts';

const JobFlowId = 'j-1';

describe('a request is held against the model', () => {
  test('and what the model does not know or is null is left out', () => {
    expect(checkedInput('DescribeCluster', { ClusterId: 'j-1', Other: 1 })).toEqual({ ClusterId: 'j-1' });
    const list = { ClusterId: 'j-1', Marker: null, StepIds: ['a'] };
    expect(checkedInput('ListSteps', list)).toEqual({ ClusterId: 'j-1', StepIds: ['a'] });
  });

  test('that of the SDK for a whole cluster passes as it is', () => {
    const request = clusterRequest({ Steps: [step('a', ['b'])], Tags: [{ Key: 'k', Value: 'v' }] });
    expect(checkedInput('RunJobFlow', request)).toEqual(request);
  });

  test.each([
    [{ Steps: [] }, "Value null at 'jobFlowId' failed to satisfy constraint: Member must not be null"],
    [{ JobFlowId }, "Value null at 'steps' failed to satisfy constraint: Member must not be null"],
    [
      { JobFlowId, Steps: [{ Name: 'a' }] },
      "Value null at 'steps.1.member.hadoopJarStep' failed to satisfy constraint: Member must not be null",
    ],
    [
      { JobFlowId, Steps: [{ ...step('a', []), ActionOnFailure: 'STOP' }] },
      "Value 'STOP' at 'steps.1.member.actionOnFailure' failed to satisfy constraint: Member must satisfy enum value set: [TERMINATE_JOB_FLOW, TERMINATE_CLUSTER, CANCEL_AND_WAIT, CONTINUE]",
    ],
    [
      { JobFlowId, Steps: [], ExecutionRoleArn: 'arn' },
      "Value 'arn' at 'executionRoleArn' failed to satisfy constraint: Member must have length greater than or equal to 20",
    ],
    [
      { JobFlowId: 'j'.repeat(257), Steps: [] },
      `Value '${'j'.repeat(257)}' at 'jobFlowId' failed to satisfy constraint: Member must have length less than or equal to 256`,
    ],
    [
      { JobFlowId: 'a\u0000', Steps: [] },
      String.raw`Value 'a${'\u0000'}' at 'jobFlowId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*`,
    ],
  ])('%j breaks it', (body, broken) => {
    const message = `1 validation error detected: ${broken}`;
    expect(() => checkedInput('AddJobFlowSteps', body)).toThrow(
      expect.objectContaining({ name: 'ValidationException', message }),
    );
  });

  test('and everything that breaks it is told at once', () => {
    expect(() => checkedInput('AddJobFlowSteps', {})).toThrow(/^2 validation errors detected: .*; /);
  });

  test.each([
    [[]],
    ['text'],
    [{ ClusterId: 1 }],
    [{ ClusterId: 'j-1', StepIds: 'a' }],
    [{ ClusterId: 'j-1', StepIds: [1] }],
  ])('and %j is of another type', (body) => {
    expect(() => checkedInput('ListSteps', body)).toThrow(
      expect.objectContaining({ name: 'SerializationException' }),
    );
  });

  test('with emoji in names, which are two halves in the pattern', () => {
    expect(checkedInput('AddJobFlowSteps', { JobFlowId, Steps: [step('📒', [])] })).toMatchObject({
      Steps: [{ Name: '📒' }],
    });
  });
});
