/** What the service reads of requests, once they are checked. Everything else of them is echoed as it came. */

export interface StepConfig {
  readonly Name: string;
  readonly ActionOnFailure?: ActionOnFailure;
  readonly HadoopJarStep: {
    readonly Jar: string;
    readonly MainClass?: string;
    readonly Args?: readonly string[];
    readonly Properties?: readonly { readonly Key?: string; readonly Value?: string }[];
  };
  readonly StepMonitoringConfiguration?: {
    readonly S3MonitoringConfiguration?: { readonly LogUri?: string; readonly EncryptionKeyArn?: string };
  };
}

export type ActionOnFailure = 'TERMINATE_JOB_FLOW' | 'TERMINATE_CLUSTER' | 'CANCEL_AND_WAIT' | 'CONTINUE';

export type Role = 'MASTER' | 'CORE' | 'TASK';

export interface EbsConfiguration {
  readonly EbsBlockDeviceConfigs?: readonly {
    readonly VolumeSpecification: unknown;
    readonly VolumesPerInstance?: number;
  }[];
  readonly EbsOptimized?: boolean;
}

export interface InstanceGroupConfig {
  readonly Name?: string;
  readonly Market?: 'ON_DEMAND' | 'SPOT';
  readonly InstanceRole: Role;
  readonly BidPrice?: string;
  readonly InstanceType: string;
  readonly InstanceCount: number;
  readonly Configurations?: unknown;
  readonly EbsConfiguration?: EbsConfiguration;
  readonly CustomAmiId?: string;
}

export interface InstanceFleetConfig {
  readonly Name?: string;
  readonly InstanceFleetType: Role;
  readonly TargetOnDemandCapacity?: number;
  readonly TargetSpotCapacity?: number;
  readonly InstanceTypeConfigs?: readonly {
    readonly InstanceType: string;
    readonly WeightedCapacity?: number;
    readonly EbsConfiguration?: EbsConfiguration;
  }[];
  readonly LaunchSpecifications?: unknown;
  readonly ResizeSpecifications?: unknown;
}

export interface InstancesConfig {
  readonly MasterInstanceType?: string;
  readonly SlaveInstanceType?: string;
  readonly InstanceCount?: number;
  readonly InstanceGroups?: readonly InstanceGroupConfig[];
  readonly InstanceFleets?: readonly InstanceFleetConfig[];
  readonly Ec2SubnetId?: string;
  readonly Ec2SubnetIds?: readonly string[];
  readonly Placement?: { readonly AvailabilityZone?: string; readonly AvailabilityZones?: readonly string[] };
  readonly KeepJobFlowAliveWhenNoSteps?: boolean;
  readonly TerminationProtected?: boolean;
  readonly UnhealthyNodeReplacement?: boolean;
  readonly [name: string]: unknown;
}

export interface BootstrapActionConfig {
  readonly Name: string;
  readonly ScriptBootstrapAction: { readonly Path: string; readonly Args?: readonly string[] };
}

export interface Tag {
  readonly Key?: string;
  readonly Value?: string;
}

export interface RunJobFlowInput {
  readonly Name: string;
  readonly LogUri?: string;
  readonly AmiVersion?: string;
  readonly ReleaseLabel?: string;
  readonly Instances: InstancesConfig;
  readonly Steps?: readonly StepConfig[];
  readonly BootstrapActions?: readonly BootstrapActionConfig[];
  readonly Tags?: readonly Tag[];
  readonly StepConcurrencyLevel?: number;
  readonly AutoTerminationPolicy?: { readonly IdleTimeout?: number };
  readonly ManagedScalingPolicy?: unknown;
  readonly JobFlowRole?: string;
  readonly ServiceRole?: string;
  readonly Applications?: readonly unknown[];
  readonly StepExecutionRoleArn?: string;
  readonly [name: string]: unknown;
}
