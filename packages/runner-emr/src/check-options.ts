import { DaybookError } from '@daybook/core';
import type { ClusterSpec, EmrRunnerOptions, ExistingCluster } from './options.ts';
import { like, listOf, mapOf, object, oneOf, text, whole, type Shape } from './shape.ts';

/** The options as they are used: checked, with the defaults that need no question. */
export interface CheckedEmrOptions extends EmrRunnerOptions {
  readonly name: string;
  /** With a slash at its end. */
  readonly scratch: string;
  readonly stepConcurrency: number;
  readonly batchMax: number;
  readonly batchWaitMs: number;
  readonly pollMs: number;
  readonly spark: Readonly<Record<string, string>>;
}

/** The settings of Spark on which equal numbers and the safety of repeats rest. Daybook sets them: those of SQL in its application. */
export const settledSettings = [
  'spark.sql.ansi.enabled',
  'spark.sql.ansi.doubleQuotedIdentifiers',
  'spark.sql.ansi.enforceReservedKeywords',
  'spark.sql.caseSensitive',
  'spark.sql.decimalOperations.allowPrecisionLoss',
  'spark.sql.files.ignoreCorruptFiles',
  'spark.sql.files.ignoreMissingFiles',
  'spark.sql.legacy.setopsPrecedence.enabled',
  'spark.sql.legacy.timeParserPolicy',
  'spark.sql.parquet.binaryAsString',
  'spark.sql.parquet.compression.codec',
  'spark.sql.parquet.datetimeRebaseModeInRead',
  'spark.sql.parquet.datetimeRebaseModeInWrite',
  'spark.sql.parquet.fieldId.read.enabled',
  'spark.sql.parquet.fieldId.write.enabled',
  'spark.sql.parquet.inferTimestampNTZ.enabled',
  'spark.sql.parquet.int96RebaseModeInRead',
  'spark.sql.parquet.int96RebaseModeInWrite',
  'spark.sql.parquet.outputTimestampType',
  'spark.sql.parquet.writeLegacyFormat',
  'spark.sql.parser.escapedStringLiterals',
  'spark.sql.session.timeZone',
  'spark.sql.sources.partitionOverwriteMode',
  'spark.sql.timestampType',
  'spark.sql.variable.substitute',
  'spark.yarn.maxAppAttempts',
] as const;

/** Checks the options. What cannot be meant is the error `config-invalid`, which says what to write instead. */
export function checkedEmrOptions(options: EmrRunnerOptions): CheckedEmrOptions {
  const wrong = all(options, '') ?? wrongTogether(options);
  if (wrong !== undefined)
    throw new DaybookError('config-invalid', `emrRunner() cannot be meant so: ${wrong}.`);
  const region = options.region ?? (options.endpoint === undefined ? undefined : 'us-east-1');
  return Object.freeze({
    ...options,
    name: options.name ?? 'emr',
    // As it is spelt in URIs that are made of paths, so that what is listed begins with it.
    scratch:
      `${options.scratch.startsWith('file:') ? new URL(options.scratch).href : options.scratch}/`.replace(
        /\/+$/,
        '/',
      ),
    stepConcurrency: options.stepConcurrency ?? 2,
    batchMax: options.batchMax ?? 31,
    batchWaitMs: options.batchWaitMs ?? 60_000,
    pollMs: options.pollMs ?? 20_000,
    spark: options.spark ?? {},
    ...(region === undefined ? {} : { region }),
  });
}

export function isExisting(cluster: ClusterSpec | ExistingCluster): cluster is ExistingCluster {
  return 'id' in cluster && cluster.id !== undefined;
}

const url: Shape = (value, path) => {
  const parsed = typeof value === 'string' ? URL.parse(value) : null;
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    return `${path} is no URL: write one that begins with http:// or https://`;
  }
  // The value is not repeated: it holds a secret.
  if (parsed.username !== '' || parsed.password !== '') {
    return `${path} has a user or a password in it: write them as credentials`;
  }
  return undefined;
};

const credentials: Shape = (value, path) => {
  const { accessKeyId, secretAccessKey } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof value === 'function') return undefined;
  if (typeof accessKeyId === 'string' && typeof secretAccessKey === 'string') return undefined;
  return `${path} are none: write { accessKeyId, secretAccessKey }, or a function that promises them`;
};

const positive = like('a number above 0', (value) => typeof value === 'number' && value > 0 && value < 1e6);
const price = like(
  'US dollars an hour, such as 0.192',
  (value) => typeof value === 'number' && value >= 0 && value < 1e4,
);
const yesOrNo = like('true or false', (value) => typeof value === 'boolean');
const anyText = like('text', (value) => typeof value === 'string' && value.length <= 10_000);
const instanceType = text('an instance type such as "m6g.xlarge"', /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/);
const securityGroup = text('a security group such as "sg-0123456789abcdef0"', /^sg-[0-9a-f]+$/);

const group = {
  type: (value, path) =>
    Array.isArray(value)
      ? (listOf(instanceType, 30)(value, path) ??
        (value.length === 0 ? `${path} is empty: write a type` : undefined))
      : instanceType(value, path),
  market: oneOf('on-demand', 'spot'),
  volume: object(
    {
      gib: whole(1, 16_384),
      kind: oneOf('gp3', 'gp2', 'io1', 'st1', 'sc1', 'standard'),
      iops: whole(1, 256_000),
      throughput: whole(1, 1_000),
      count: whole(1, 24),
    },
    'gib',
  ),
} satisfies Readonly<Record<string, Shape>>;

const configuration: Shape = (value, path) =>
  object(
    {
      classification: text('a classification such as "spark-defaults"'),
      properties: mapOf(anyText),
      configurations: listOf((each, at) => configuration(each, at)),
    },
    'classification',
  )(value, path);

const spec = {
  release: text('a release such as "emr-7.13.0"', /^emr-(spark-)?\d+\.\d+(\.\d+)?(-latest)?$/),
  instances: object({
    primary: object(group),
    core: object({ ...group, count: whole(0, 1_000) }),
    tasks: listOf(object({ ...group, count: whole(1, 1_000) }, 'count'), 48),
  }),
  spot: object({
    timeoutMinutes: whole(5, 1_440),
    otherwise: oneOf('on-demand', 'end'),
    allocation: oneOf(
      'capacity-optimized',
      'price-capacity-optimized',
      'lowest-price',
      'diversified',
      'capacity-optimized-prioritized',
    ),
  }),
  managedScaling: object(
    {
      minimum: whole(1, 10_000),
      maximum: whole(1, 10_000),
      maximumOnDemand: whole(0, 10_000),
      maximumCore: whole(1, 10_000),
    },
    'minimum',
    'maximum',
  ),
  roles: object({
    service: text('the name or ARN of a role such as "EMR_DefaultRole"'),
    instanceProfile: text('the name or ARN of an instance profile such as "EMR_EC2_DefaultRole"'),
    step: text('the ARN of a role such as "arn:aws:iam::123456789012:role/Daybook"', /^arn:/, 2_048),
  }),
  subnets: listOf(text('a subnet such as "subnet-0123456789abcdef0"', /^subnet-[0-9a-f]+$/), 16),
  securityGroups: object({
    primary: securityGroup,
    core: securityGroup,
    service: securityGroup,
    morePrimary: listOf(securityGroup),
    moreCore: listOf(securityGroup),
  }),
  securityConfiguration: text('the name of a security configuration of EMR'),
  keyName: text('the name of an EC2 key pair'),
  logUri: text('a place such as "s3://bucket/logs/emr"', /^s3:\/\/[a-z0-9][a-z0-9.-]+|^file:\/\/\//, 2_048),
  logKey: text('the ARN of a KMS key', /^arn:/, 2_048),
  tags: mapOf(text('a text of at most 256 characters', /^/)),
  configurations: listOf(configuration),
  bootstrapActions: listOf(
    object(
      {
        name: text('a name'),
        path: text('a place such as "s3://bucket/setup.sh"', /\S/, 10_000),
        arguments: listOf(anyText),
      },
      'name',
      'path',
    ),
    16,
  ),
  applications: listOf(text('an application such as "Hive"')),
  amiId: text('an AMI such as "ami-0123456789abcdef0"', /^ami-[0-9a-f]+$/),
  rootVolume: object({ gib: whole(15, 100), iops: whole(3_000, 16_000), throughput: whole(125, 1_000) }),
  idleMinutes: whole(1, 10_080),
} satisfies Readonly<Record<keyof ClusterSpec, Shape>>;

const existing = object({ id: text('the id of a cluster such as "j-2AXXXXXXGAPLF"', /^j-[A-Z0-9]{1,60}$/) });
const cluster: Shape = (value, path) => {
  const { id } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return id === undefined ? object(spec)(value, path) : existing(value, path);
};

const scratch = text(
  '"s3://bucket/prefix", or "file:///folder" for emr-local, of letters, digits and "._=-"',
  /^(s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[A-Za-z0-9._=-]+)*\/?|file:\/\/\/[^?#\s]+)$/,
  800,
);

const all = object(
  {
    name: text('a name such as "emr", of letters, digits, "-" and "_"', /^[A-Za-z0-9_-]+$/, 60),
    cluster,
    scratch,
    stepConcurrency: whole(1, 256),
    batchMax: whole(1, 1_000),
    batchWaitMs: whole(0, 3_600_000),
    region: text('a region such as "eu-west-1"', /^[a-z0-9-]+$/),
    credentials,
    endpoint: url,
    s3: object({
      endpoint: url,
      region: text('a region such as "eu-west-1"', /^[a-z0-9-]+$/),
      forcePathStyle: yesOrNo,
      credentials,
    }),
    spark: mapOf(like('text, such as "4g"', (value) => typeof value === 'string' && value.length <= 2_000)),
    pollMs: like(
      'milliseconds from 10 to 600000',
      (value) =>
        Number.isSafeInteger(value) &&
        positive(value, '') === undefined &&
        (value as number) >= 10 &&
        (value as number) <= 600_000,
    ),
    prices: mapOf(object({ onDemand: price, spot: price, emr: price }, 'onDemand', 'emr')),
  } satisfies Readonly<Record<keyof EmrRunnerOptions, Shape>>,
  'cluster',
  'scratch',
);

/** What each option may be, and all of them together may not. */
function wrongTogether({
  cluster,
  scratch,
  spark = {},
  endpoint,
  stepConcurrency,
}: EmrRunnerOptions): string | undefined {
  if (scratch.startsWith('file:') && endpoint === undefined) {
    return 'scratch is a folder of this machine, which EMR does not reach: write "s3://bucket/prefix"';
  }
  const settled = Object.keys(spark).find((name) => !name.startsWith('spark.'));
  if (settled !== undefined)
    return `spark has ${JSON.stringify(settled)}: write names that begin with "spark."`;
  const fixed = settledSettings.find((name) => Object.hasOwn(spark, name));
  if (fixed !== undefined)
    return `spark has ${fixed}, which Daybook sets so that numbers are equal everywhere: leave it out`;
  if (isExisting(cluster)) {
    return stepConcurrency === undefined
      ? undefined
      : 'stepConcurrency is for clusters that Daybook starts: leave it out beside cluster.id';
  }
  return wrongSpec(cluster);
}

function wrongSpec({
  instances = {},
  managedScaling,
  spot,
  subnets = [],
  tags = {},
}: ClusterSpec): string | undefined {
  const { primary = {}, core = {}, tasks = [] } = instances;
  if (tasks.length > 0 && core.count === 0)
    return 'cluster.instances.tasks need core instances: write a core.count of 1 or more';
  const fleets = usesFleets({ instances, subnets, ...(spot === undefined ? {} : { spot }) });
  if (fleets && tasks.length > 1) {
    return 'cluster.instances.tasks has several groups, and with several types or subnets or with spot there is one: write one with all the types';
  }
  const spots = [primary, core, ...tasks].some(({ market }) => market === 'spot');
  if (spot !== undefined && !spots)
    return 'cluster.spot is given and no group has the market spot: write market: "spot" there';
  const wrongTag = Object.keys(tags).find((name) => name === '' || name.length > 128 || /^aws:/i.test(name));
  if (wrongTag !== undefined)
    return `cluster.tags has ${JSON.stringify(wrongTag)}: write 1 to 128 characters that do not begin with aws:`;
  if (Object.keys(tags).length > 50) return 'cluster.tags has more than 50: write fewer';
  if (managedScaling === undefined) return undefined;
  const { minimum, maximum, maximumOnDemand = 0, maximumCore = 1 } = managedScaling;
  if (minimum > maximum) return `cluster.managedScaling.minimum is above maximum: write ${maximum} or less`;
  if (Math.max(maximumOnDemand, maximumCore) > maximum) {
    return `cluster.managedScaling has a limit above maximum: write ${maximum} or less`;
  }
  return core.count === 0
    ? 'cluster.managedScaling needs core instances: write a core.count of 1 or more'
    : undefined;
}

/** Whether the cluster is asked for as fleets: groups have one type and one subnet. */
export function usesFleets({
  instances = {},
  subnets = [],
  spot,
}: Pick<ClusterSpec, 'instances' | 'subnets' | 'spot'>): boolean {
  const { primary, core, tasks = [] } = instances;
  const several = [primary, core, ...tasks].some((each) => Array.isArray(each?.type) && each.type.length > 1);
  return several || subnets.length > 1 || spot !== undefined;
}
