import type { Operation } from '../model/inputs.ts';
import type { Fate } from '../service/records.ts';
import type { World } from '../service/world.ts';
import * as autoTermination from './auto-termination.ts';
import * as clusters from './clusters.ts';
import * as instances from './instances.ts';
import * as scaling from './managed-scaling.ts';
import { runJobFlow } from './run-job-flow.ts';
import * as steps from './steps.ts';
import * as tags from './tags.ts';

/** What an operation is done with, beside its input. */
export interface Call {
  readonly nowMs: number;
  readonly region: string;
  readonly fate: Fate;
}

/** The input is checked against the model before it comes here, so each operation may take it for what it reads. */
type Answer = (world: World, input: never, nowMs: number, fate: Fate) => unknown;

const answers: Readonly<Record<Exclude<Operation, 'RunJobFlow'>, Answer>> = {
  AddJobFlowSteps: steps.addJobFlowSteps,
  ListSteps: steps.listSteps,
  DescribeStep: steps.describeStep,
  CancelSteps: steps.cancelSteps,
  DescribeCluster: clusters.describeCluster,
  ListClusters: clusters.listClusters,
  TerminateJobFlows: clusters.terminateJobFlows,
  SetTerminationProtection: clusters.setTerminationProtection,
  SetKeepJobFlowAliveWhenNoSteps: clusters.setKeepAlive,
  ModifyCluster: clusters.modifyCluster,
  PutAutoTerminationPolicy: autoTermination.putAutoTerminationPolicy,
  GetAutoTerminationPolicy: autoTermination.getAutoTerminationPolicy,
  RemoveAutoTerminationPolicy: autoTermination.removeAutoTerminationPolicy,
  AddTags: tags.addTags,
  RemoveTags: tags.removeTags,
  ListBootstrapActions: instances.listBootstrapActions,
  ListInstanceGroups: instances.listInstanceGroups,
  ListInstanceFleets: instances.listInstanceFleets,
  ListInstances: instances.listInstances,
  PutManagedScalingPolicy: scaling.putManagedScalingPolicy,
  GetManagedScalingPolicy: scaling.getManagedScalingPolicy,
  RemoveManagedScalingPolicy: scaling.removeManagedScalingPolicy,
};

/** The output of an operation, `undefined` where it has none. Throws `ServiceError`, and then nothing was changed. */
export function answer(world: World, operation: Operation, input: unknown, call: Call): unknown {
  if (operation === 'RunJobFlow') {
    return runJobFlow(world, input as Parameters<typeof runJobFlow>[1], call.nowMs, call.region, call.fate);
  }
  return answers[operation](world, input as never, call.nowMs, call.fate);
}
