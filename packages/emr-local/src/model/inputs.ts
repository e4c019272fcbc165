import type { Members } from './structures.ts';

const clusterPage: Members = { ClusterId: 'Id!', Marker: 'String' };

/** What each operation takes. An operation that is not here is not served. */
export const inputs = {
  RunJobFlow: {
    Name: 'Text256!',
    LogUri: 'Text',
    LogEncryptionKmsKeyId: 'Text',
    AdditionalInfo: 'Text',
    AmiVersion: 'Text256',
    ReleaseLabel: 'Text256',
    Instances: 'JobFlowInstancesConfig!',
    Steps: '[StepConfig]',
    StepExecutionRoleArn: 'Arn',
    BootstrapActions: '[BootstrapActionConfig]',
    SupportedProducts: '[Text256]',
    NewSupportedProducts: '[SupportedProductConfig]',
    Applications: '[Application]',
    Configurations: '[Configuration]',
    VisibleToAllUsers: 'Boolean',
    JobFlowRole: 'Text',
    ServiceRole: 'Text',
    Tags: '[Tag]',
    SecurityConfiguration: 'Text',
    AutoScalingRole: 'Text',
    ScaleDownBehavior: 'ScaleDown',
    CustomAmiId: 'Text256',
    EbsRootVolumeSize: 'Integer',
    RepoUpgradeOnBoot: 'RepoUpgrade',
    KerberosAttributes: 'KerberosAttributes',
    StepConcurrencyLevel: 'Integer',
    ManagedScalingPolicy: 'ManagedScalingPolicy',
    PlacementGroupConfigs: '[PlacementGroupConfig]',
    AutoTerminationPolicy: 'AutoTerminationPolicy',
    OSReleaseLabel: 'Text256',
    EbsRootVolumeIops: 'Integer',
    EbsRootVolumeThroughput: 'Integer',
    ExtendedSupport: 'Boolean',
    MonitoringConfiguration: 'MonitoringConfiguration',
    SessionEnabled: 'Boolean',
  },
  AddJobFlowSteps: { JobFlowId: 'Text256!', Steps: '[StepConfig]!', ExecutionRoleArn: 'Arn' },
  ListSteps: { ClusterId: 'Id!', StepStates: '[StepState]', StepIds: '[Text]', Marker: 'String' },
  DescribeStep: { ClusterId: 'Id!', StepId: 'String!' },
  DescribeCluster: { ClusterId: 'Id!' },
  ListClusters: {
    CreatedAfter: 'Date',
    CreatedBefore: 'Date',
    ClusterStates: '[ClusterState]',
    Marker: 'String',
  },
  CancelSteps: { ClusterId: 'Text256!', StepIds: '[Text256]!', StepCancellationOption: 'StepCancellation' },
  TerminateJobFlows: { JobFlowIds: '[Text]!' },
  SetTerminationProtection: { JobFlowIds: '[Text]!', TerminationProtected: 'Boolean!' },
  SetKeepJobFlowAliveWhenNoSteps: { JobFlowIds: '[Text]!', KeepJobFlowAliveWhenNoSteps: 'Boolean!' },
  PutAutoTerminationPolicy: { ClusterId: 'Id!', AutoTerminationPolicy: 'AutoTerminationPolicy' },
  GetAutoTerminationPolicy: { ClusterId: 'Id!' },
  RemoveAutoTerminationPolicy: { ClusterId: 'Id!' },
  AddTags: { ResourceId: 'String!', Tags: '[Tag]!', ClusterId: 'Id' },
  RemoveTags: { ResourceId: 'String!', TagKeys: '[String]!', ClusterId: 'Id' },
  ListBootstrapActions: clusterPage,
  ListInstanceGroups: clusterPage,
  ListInstanceFleets: clusterPage,
  ListInstances: {
    ClusterId: 'Id!',
    InstanceGroupId: 'Id',
    InstanceGroupTypes: '[Role]',
    InstanceFleetId: 'Id',
    InstanceFleetType: 'Role',
    InstanceStates: '[InstanceState]',
    Marker: 'String',
  },
  PutManagedScalingPolicy: { ClusterId: 'Id!', ManagedScalingPolicy: 'ManagedScalingPolicy!' },
  GetManagedScalingPolicy: { ClusterId: 'Id!' },
  RemoveManagedScalingPolicy: { ClusterId: 'Id!' },
  ModifyCluster: { ClusterId: 'String!', StepConcurrencyLevel: 'Integer', ExtendedSupport: 'Boolean' },
} as const satisfies Readonly<Record<string, Members>>;

/** The operations that are served. */
export type Operation = keyof typeof inputs;

/** Is this the name of an operation that is served? */
export function isOperation(name: string): name is Operation {
  return Object.hasOwn(inputs, name);
}

const jobFlowErrors: ReadonlySet<string> = new Set([
  'RunJobFlow',
  'AddJobFlowSteps',
  'CancelSteps',
  'TerminateJobFlows',
  'SetTerminationProtection',
  'SetKeepJobFlowAliveWhenNoSteps',
  'ModifyCluster',
]);

/** The name of the error 500 of an operation: the older operations declare another one than those of clusters. */
export function internalErrorOf(operation: string): 'InternalServerError' | 'InternalServerException' {
  return jobFlowErrors.has(operation) ? 'InternalServerError' : 'InternalServerException';
}
