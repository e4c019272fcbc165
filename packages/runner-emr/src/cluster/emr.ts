import type {
  Cluster,
  EMRClient,
  EMRClientConfig,
  Instance,
  RunJobFlowCommandInput,
  StepConfig,
  StepSummary,
} from '@aws-sdk/client-emr';
import type { CheckedEmrOptions } from '../check-options.ts';
import { livingStates, type ClusterView, type InstanceView, type StepView } from './views.ts';

/** What is asked of EMR. Throws what the SDK does. */
export interface Emr {
  /** Asks once: a request that is sent again makes another cluster. Gives the id. */
  runCluster(request: RunJobFlowCommandInput): Promise<string>;
  /** Asks once, as above. Gives the id of the step. */
  addStep(cluster: string, step: StepConfig, role: string | undefined): Promise<string>;
  describe(cluster: string): Promise<ClusterView>;
  /** The newest first: those that live, or all since `createdAfterMs`. */
  clusters(which: 'living' | { readonly createdAfterMs: number }): AsyncIterable<ClusterView>;
  /** The newest first. */
  steps(cluster: string): AsyncIterable<StepView>;
  instances(cluster: string): AsyncIterable<InstanceView>;
  /** Whether a step could be cancelled is not told: its state will. */
  cancel(
    cluster: string,
    steps: readonly string[],
    how: 'SEND_INTERRUPT' | 'TERMINATE_PROCESS',
  ): Promise<void>;
  terminate(cluster: string): Promise<void>;
  region(): Promise<string>;
  close(): void;
}

/** How often a request that may be sent again is sent in all: the SDK's standard retries. */
const tries = 6;

type Sdk = typeof import('@aws-sdk/client-emr');

interface Opened {
  readonly sdk: Sdk;
  readonly many: EMRClient;
  readonly once: EMRClient;
}

/**
 * EMR by checked options. Nothing is imported or opened until it is first asked.
 * @param more for the client of what may be sent again: how it pauses, in tests
 */
export function openEmr(options: CheckedEmrOptions, more: EMRClientConfig = {}): Emr {
  let opening: Promise<Opened> | undefined;
  const opened = async () => await (opening ??= open(options, more));
  return Object.freeze({
    runCluster: async (request: RunJobFlowCommandInput) => {
      const { sdk, once } = await opened();
      return idOf((await once.send(new sdk.RunJobFlowCommand(request))).JobFlowId);
    },
    addStep: async (cluster: string, step: StepConfig, role: string | undefined) => {
      const { sdk, once } = await opened();
      const { StepIds = [] } = await once.send(
        new sdk.AddJobFlowStepsCommand({
          JobFlowId: cluster,
          Steps: [step],
          ...(role === undefined ? {} : { ExecutionRoleArn: role }),
        }),
      );
      return idOf(StepIds[0]);
    },
    describe: async (cluster: string) => {
      const { sdk, many } = await opened();
      const { Cluster = {} } = await many.send(new sdk.DescribeClusterCommand({ ClusterId: cluster }));
      return clusterView(Cluster);
    },
    async *clusters(which: 'living' | { readonly createdAfterMs: number }) {
      const { sdk, many } = await opened();
      const asked =
        which === 'living'
          ? { ClusterStates: [...livingStates] }
          : { CreatedAfter: new Date(which.createdAfterMs) };
      yield* paged(async (Marker) => {
        const { Clusters = [], ...rest } = await many.send(
          new sdk.ListClustersCommand({ ...asked, ...Marker }),
        );
        return { page: Clusters.map(clusterView), next: rest.Marker };
      });
    },
    async *steps(cluster: string) {
      const { sdk, many } = await opened();
      yield* paged(async (Marker) => {
        const { Steps = [], ...rest } = await many.send(
          new sdk.ListStepsCommand({ ClusterId: cluster, ...Marker }),
        );
        return { page: Steps.map(stepView), next: rest.Marker };
      });
    },
    async *instances(cluster: string) {
      const { sdk, many } = await opened();
      yield* paged(async (Marker) => {
        const { Instances = [], ...rest } = await many.send(
          new sdk.ListInstancesCommand({ ClusterId: cluster, ...Marker }),
        );
        return { page: Instances.map(instanceView), next: rest.Marker };
      });
    },
    cancel: async (
      cluster: string,
      steps: readonly string[],
      how: 'SEND_INTERRUPT' | 'TERMINATE_PROCESS',
    ) => {
      const { sdk, many } = await opened();
      await many.send(
        new sdk.CancelStepsCommand({ ClusterId: cluster, StepIds: [...steps], StepCancellationOption: how }),
      );
    },
    terminate: async (cluster: string) => {
      const { sdk, many } = await opened();
      await many.send(new sdk.TerminateJobFlowsCommand({ JobFlowIds: [cluster] }));
    },
    region: async () => await (await opened()).many.config.region(),
    close: () => {
      const closing = opening;
      opening = undefined;
      void closing?.then(
        ({ many, once }) => {
          many.destroy();
          once.destroy();
        },
        () => undefined,
      );
    },
  });
}

async function open(
  { region, endpoint, credentials }: CheckedEmrOptions,
  more: EMRClientConfig,
): Promise<Opened> {
  // The SDK takes half a second to import, and most processes that import a configuration never ask it anything.
  const sdk = await import('@aws-sdk/client-emr');
  const config: EMRClientConfig = {
    retryMode: 'standard',
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 60_000, throwOnRequestTimeout: true },
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
  };
  const many = new sdk.EMRClient({ ...config, maxAttempts: tries, ...more });
  const once = new sdk.EMRClient({
    ...config,
    maxAttempts: 1,
    credentials: credentials ?? many.config.credentials,
  });
  return { sdk, many, once };
}

async function* paged<T>(
  ask: (marker: { readonly Marker?: string }) => Promise<{ page: readonly T[]; next: string | undefined }>,
): AsyncIterable<T> {
  let marker: string | undefined;
  do {
    const { page, next } = await ask(marker === undefined ? {} : { Marker: marker });
    yield* page;
    marker = next;
  } while (marker !== undefined);
}

/** An answer without an id is as good as none: what became of the request is not known. */
function idOf(id: string | undefined): string {
  if (id !== undefined) return id;
  throw Object.assign(new Error('The answer of EMR has no id.'), {
    name: 'NoId',
    $metadata: { httpStatusCode: 500 },
  });
}

function clusterView({
  Id = '',
  Name = '',
  Status = {},
  LogUri,
}: Pick<Cluster, 'Id' | 'Name' | 'Status' | 'LogUri'>): ClusterView {
  const { State = '', StateChangeReason = {}, Timeline = {}, ErrorDetails = [] } = Status;
  return present({
    id: Id,
    name: Name,
    state: State,
    code: ErrorDetails[0]?.ErrorCode ?? StateChangeReason.Code,
    message: StateChangeReason.Message,
    logUri:
      LogUri === undefined || LogUri === '' ? undefined : LogUri.replace(/^s3n:/, 's3:').replace(/\/*$/, '/'),
    createdMs: Timeline.CreationDateTime?.getTime() ?? 0,
    readyMs: Timeline.ReadyDateTime?.getTime(),
  });
}

function stepView({ Id = '', Name = '', Status = {} }: StepSummary): StepView {
  const { State = '', StateChangeReason = {}, FailureDetails, Timeline = {} } = Status;
  return present({
    id: Id,
    name: Name,
    state: State,
    reason: StateChangeReason.Message,
    failure:
      FailureDetails &&
      present({
        reason: FailureDetails.Reason,
        message: FailureDetails.Message,
        logFile: FailureDetails.LogFile,
      }),
    createdMs: Timeline.CreationDateTime?.getTime() ?? 0,
    startedMs: Timeline.StartDateTime?.getTime(),
    endedMs: Timeline.EndDateTime?.getTime(),
  });
}

function instanceView({ InstanceType = '', Market, Status = {} }: Instance): InstanceView {
  const { CreationDateTime, EndDateTime } = Status.Timeline ?? {};
  return present({
    type: InstanceType,
    spot: Market === 'SPOT',
    createdMs: CreationDateTime?.getTime() ?? 0,
    endedMs: EndDateTime?.getTime(),
  });
}

/** The members that are not undefined. */
function present<T extends object>(members: T): { [Name in keyof T]: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never;
}
