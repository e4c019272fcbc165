/** What a value that is no structure, list or map may be. */
export interface Scalar {
  readonly type: 'string' | 'boolean' | 'integer' | 'double' | 'timestamp';
  /** Lengths of text, in UTF-16 units. */
  readonly minLength?: number;
  readonly maxLength?: number;
  /** Bounds of a number. */
  readonly min?: number;
  readonly max?: number;
  /** The characters of XML: no control character but tab, newline and carriage return. */
  readonly xml?: true;
  readonly values?: readonly string[];
}

/** The pattern as the service's model writes it, which is how it is told to who breaks it. */
export const xmlPattern = '[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\r\\n\\t]*';

const oneOf = (...values: readonly string[]): Scalar => ({ type: 'string', values });
const allocation = ['lowest-price', 'prioritized'];
const measured =
  'BITS KILO_BITS MEGA_BITS GIGA_BITS TERA_BITS BYTES KILO_BYTES MEGA_BYTES GIGA_BYTES TERA_BYTES';

/** The scalar shapes of the model under short names, with the constraints that it declares. */
export const scalars: Readonly<Record<string, Scalar>> = {
  String: { type: 'string' },
  Text: { type: 'string', minLength: 0, maxLength: 10_280, xml: true },
  Text256: { type: 'string', minLength: 0, maxLength: 256, xml: true },
  Boolean: { type: 'boolean' },
  Integer: { type: 'integer' },
  Double: { type: 'double', min: 0 },
  Date: { type: 'timestamp' },
  WholeNumber: { type: 'integer', min: 0 },
  Percent: { type: 'integer', min: 1, max: 100 },
  Arn: { type: 'string', minLength: 20, maxLength: 2_048 },
  Id: { type: 'string', maxLength: 256 },
  InstanceType: { type: 'string', minLength: 1, maxLength: 256, xml: true },
  Role: oneOf('MASTER', 'CORE', 'TASK'),
  Market: oneOf('ON_DEMAND', 'SPOT'),
  ActionOnFailure: oneOf('TERMINATE_JOB_FLOW', 'TERMINATE_CLUSTER', 'CANCEL_AND_WAIT', 'CONTINUE'),
  ClusterState: oneOf(
    'STARTING',
    'BOOTSTRAPPING',
    'RUNNING',
    'WAITING',
    'TERMINATING',
    'TERMINATED',
    'TERMINATED_WITH_ERRORS',
  ),
  StepState: oneOf('PENDING', 'CANCEL_PENDING', 'RUNNING', 'COMPLETED', 'CANCELLED', 'FAILED', 'INTERRUPTED'),
  InstanceState: oneOf('AWAITING_FULFILLMENT', 'PROVISIONING', 'BOOTSTRAPPING', 'RUNNING', 'TERMINATED'),
  StepCancellation: oneOf('SEND_INTERRUPT', 'TERMINATE_PROCESS'),
  ScaleDown: oneOf('TERMINATE_AT_INSTANCE_HOUR', 'TERMINATE_AT_TASK_COMPLETION'),
  RepoUpgrade: oneOf('SECURITY', 'NONE'),
  Placement: oneOf('SPREAD', 'PARTITION', 'CLUSTER', 'NONE'),
  UnitType: oneOf('InstanceFleetUnits', 'Instances', 'VCPU'),
  Strategy: oneOf('DEFAULT', 'ADVANCED'),
  Upload: oneOf('emr-managed', 'on-customer-s3only', 'disabled'),
  SpotTimeout: oneOf('SWITCH_TO_ON_DEMAND', 'TERMINATE_CLUSTER'),
  SpotAllocation: oneOf(
    'capacity-optimized',
    'price-capacity-optimized',
    'lowest-price',
    'diversified',
    'capacity-optimized-prioritized',
  ),
  OnDemandAllocation: oneOf(...allocation),
  ReservationUsage: oneOf('use-capacity-reservations-first'),
  Reservation: oneOf('open', 'none'),
  Adjustment: oneOf('CHANGE_IN_CAPACITY', 'PERCENT_CHANGE_IN_CAPACITY', 'EXACT_CAPACITY'),
  Comparison: oneOf('GREATER_THAN_OR_EQUAL', 'GREATER_THAN', 'LESS_THAN', 'LESS_THAN_OR_EQUAL'),
  Statistic: oneOf('SAMPLE_COUNT', 'AVERAGE', 'SUM', 'MINIMUM', 'MAXIMUM'),
  Unit: oneOf(
    'NONE',
    'SECONDS',
    'MICRO_SECONDS',
    'MILLI_SECONDS',
    'PERCENT',
    'COUNT',
    'COUNT_PER_SECOND',
    ...measured.split(' ').flatMap((unit) => [unit, `${unit}_PER_SECOND`]),
  ),
};
