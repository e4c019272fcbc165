export type { LivingCluster } from './cluster/steps.ts';
export type {
  AwsCredentials,
  BootstrapAction,
  ClusterConfiguration,
  ClusterInstances,
  ClusterRoles,
  ClusterSpec,
  EmrRunnerOptions,
  ExistingCluster,
  InstanceGroup,
  InstancePrice,
  ManagedScaling,
  RootVolume,
  ScratchStore,
  SecurityGroups,
  SpotSpec,
  Volume,
} from './options.ts';
export { emrRunner } from './emr-runner.ts';
