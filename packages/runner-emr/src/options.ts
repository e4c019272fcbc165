/** What `emrRunner` is given. It is checked before anything is asked for: what cannot be meant is `config-invalid`. */
export interface EmrRunnerOptions {
  /** By this name a configuration sends tasks here. Default `emr`. */
  readonly name?: string;
  /** The clusters that are started and ended, or one that is there: `{ id: 'j-…' }`. */
  readonly cluster: ClusterSpec | ExistingCluster;
  /**
   * Where plans, the application, owners and intents are kept: `s3://bucket/prefix`, or `file:///folder` where the cluster is
   * `emr-local`. Those who share it see each other's clusters, and end those whose owner is dead.
   */
  readonly scratch: string;
  /**
   * How many steps of a cluster run at once, 1 to 256. Default 2, so that the start of one step is hidden behind another.
   * Each needs a driver's memory on the primary instance. Not for an existing cluster, which has its own.
   */
  readonly stepConcurrency?: number;
  /** How many tasks of one name go into one step. Default 31: the days of a month. */
  readonly batchMax?: number;
  /** How long is waited for a batch that is not full, in milliseconds. Default 60,000. */
  readonly batchWaitMs?: number;
  /** Default: that of the AWS configuration (`AWS_REGION`, the profile); with an `endpoint`, `us-east-1`. */
  readonly region?: string;
  /** Default: the credential chain of AWS: environment, profile, web identity, container, instance. */
  readonly credentials?: AwsCredentials | (() => Promise<AwsCredentials>);
  /** The URL of another service that speaks EMR, such as `emr-local`. Default: AWS. */
  readonly endpoint?: string;
  /** The store of `scratch`, where it is not S3 itself. */
  readonly s3?: ScratchStore;
  /** Settings of Spark by name, such as `spark.executor.memory`. Those on which equal numbers rest are refused. */
  readonly spark?: Readonly<Record<string, string>>;
  /**
   * How often a cluster with steps is looked at, in milliseconds, with up to a quarter of it taken away and half of it added at
   * random. Default 20,000: EMR limits how often an account may ask. `emr-local` can be asked each 500.
   */
  readonly pollMs?: number;
  /**
   * Prices by instance type, added to the few that are known, which are those of us-east-1 and used there alone. An instance
   * without a price gives no cost. Default: none.
   */
  readonly prices?: Readonly<Record<string, InstancePrice>>;
}

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** When they end. Those of a function are then asked for again. */
  readonly expiration?: Date;
}

export interface ScratchStore {
  /** The URL of another store that speaks S3. Default: AWS. */
  readonly endpoint?: string;
  /** Default: the `region` of the runner. */
  readonly region?: string;
  /** Whether the bucket stands in the path and not in the host name. Default: true with an `endpoint`, else false. */
  readonly forcePathStyle?: boolean;
  /** Default: the `credentials` of the runner. */
  readonly credentials?: EmrRunnerOptions['credentials'];
}

/** US dollars an hour of one instance. */
export interface InstancePrice {
  /** EC2, on demand. */
  readonly onDemand: number;
  /** EC2, as spot. Default: none, and then a spot instance gives no cost. */
  readonly spot?: number;
  /** What EMR adds. */
  readonly emr: number;
}

/** A cluster that is there. It is never ended and its settings are never changed; a step of ours that will not stop stays. */
export interface ExistingCluster {
  readonly id: string;
}

/** The clusters that are started. Each is ended when nothing is left for it. */
export interface ClusterSpec {
  /** Default `emr-7.13.0`, which has Spark 3.5.6. `emr-spark-8.0.0` has Spark 4.0.2. */
  readonly release?: string;
  /**
   * Default: one primary and two core instances of m6g.xlarge (4 processors of ARM, 16 GiB), on demand: some 0.58 US dollars an
   * hour in us-east-1.
   */
  readonly instances?: ClusterInstances;
  /** How spot instances are bought. Makes the groups fleets. Default: as EMR does. */
  readonly spot?: SpotSpec;
  /** Lets EMR add and take away core and task instances. Default: the counts stay as they are. */
  readonly managedScaling?: ManagedScaling;
  readonly roles?: ClusterRoles;
  /**
   * Of the instances. Several make the groups fleets, and EMR picks one with room. Default: a subnet of the default VPC, which
   * is seldom right for production.
   */
  readonly subnets?: readonly string[];
  /** Default: the ones that EMR makes and manages. */
  readonly securityGroups?: SecurityGroups;
  /** The name of a security configuration of EMR: encryption, Kerberos, IMDSv2. Default: none. */
  readonly securityConfiguration?: string;
  /** The name of an EC2 key pair, to log in with. Default: none. */
  readonly keyName?: string;
  /** Where EMR puts the logs of clusters and steps, `s3://…`. Default: none, and a failed step tells its first line alone. */
  readonly logUri?: string;
  /** The ARN of the KMS key for the logs. Default: as the bucket says. */
  readonly logKey?: string;
  /** What all instances are tagged with, to be found in the bill. `for-use-with-amazon-emr-managed-policies` is often needed. */
  readonly tags?: Readonly<Record<string, string>>;
  /** As EMR has them: `[{ classification: 'spark-defaults', properties: { … } }]`. Default: none. */
  readonly configurations?: readonly ClusterConfiguration[];
  /** Scripts that run on each instance before Spark is there. Default: none. */
  readonly bootstrapActions?: readonly BootstrapAction[];
  /** Applications beside Spark, such as `Hive` for a Glue catalogue. Default: none. */
  readonly applications?: readonly string[];
  /** The AMI of all instances. Default: that of the release. */
  readonly amiId?: string;
  /** The root volume of each instance. Default: as the release has it. */
  readonly rootVolume?: RootVolume;
  /**
   * After how many minutes without a step EMR ends the cluster by itself, 1 to 10,080. Default 5. It is ended earlier when no
   * task is left for it; this is for the case that nobody lives who could.
   */
  readonly idleMinutes?: number;
}

export interface ClusterInstances {
  /** The one that Spark's drivers run on. Its loss ends the cluster, so spot is a false economy. */
  readonly primary?: Omit<InstanceGroup, 'count'>;
  /** Default: two. None (`count: 0`) runs everything on the primary instance. */
  readonly core?: InstanceGroup;
  /** Instances without HDFS, which may come and go: the place for spot. Default: none. */
  readonly tasks?: readonly InstanceGroup[];
}

export interface InstanceGroup {
  /** The instance type, or several, of which EMR takes what there is (and which make all groups fleets). Default m6g.xlarge. */
  readonly type?: string | readonly string[];
  readonly count?: number;
  /** Default `on-demand`. */
  readonly market?: 'on-demand' | 'spot';
  /** Disks beside the root. Default: as EMR gives to the type. */
  readonly volume?: Volume;
}

export interface Volume {
  readonly gib: number;
  /** Default `gp3`. */
  readonly kind?: 'gp3' | 'gp2' | 'io1' | 'st1' | 'sc1' | 'standard';
  readonly iops?: number;
  /** MiB a second, for `gp3`. */
  readonly throughput?: number;
  /** How many of them each instance has. Default 1. */
  readonly count?: number;
}

export interface RootVolume {
  readonly gib?: number;
  readonly iops?: number;
  readonly throughput?: number;
}

export interface SpotSpec {
  /** How long is waited for them, 5 to 1,440. Default 20. */
  readonly timeoutMinutes?: number;
  /** What then: `on-demand` buys those (the default), `end` ends the cluster, and what ran there comes again later. */
  readonly otherwise?: 'on-demand' | 'end';
  /** Default `price-capacity-optimized`. */
  readonly allocation?:
    | 'capacity-optimized'
    | 'price-capacity-optimized'
    | 'lowest-price'
    | 'diversified'
    | 'capacity-optimized-prioritized';
}

/** In instances, or in units of fleets (an instance is one). */
export interface ManagedScaling {
  readonly minimum: number;
  readonly maximum: number;
  /** Above this the instances are spot. Default: all may be on demand. */
  readonly maximumOnDemand?: number;
  /** Above this they are task instances. Default: all may be core. */
  readonly maximumCore?: number;
}

export interface ClusterRoles {
  /** What EMR itself may do. Default `EMR_DefaultRole`. */
  readonly service?: string;
  /** What the instances may do: read and write the data. Default `EMR_EC2_DefaultRole`. */
  readonly instanceProfile?: string;
  /** What the programs of steps may do, in place of the instance profile: the ARN of a runtime role. Default: none. */
  readonly step?: string;
}

export interface SecurityGroups {
  readonly primary?: string;
  readonly core?: string;
  /** For instances in a private subnet. */
  readonly service?: string;
  readonly morePrimary?: readonly string[];
  readonly moreCore?: readonly string[];
}

export interface ClusterConfiguration {
  readonly classification: string;
  readonly properties?: Readonly<Record<string, string>>;
  readonly configurations?: readonly ClusterConfiguration[];
}

export interface BootstrapAction {
  readonly name: string;
  /** `s3://…`, or a path on the instance. */
  readonly path: string;
  readonly arguments?: readonly string[];
}
