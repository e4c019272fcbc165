import type { Operation } from '../src/model/inputs.ts';
import { EmrMachine } from '../src/service/machine.ts';
import type { Cluster, Failure, Fate, Loss } from '../src/service/records.ts';
import type { Effect } from '../src/service/world.ts';
import { clusterRequest } from './fixtures.ts';

type Json = Readonly<Record<string, unknown>>;

/** What the tests read of answers. */
interface Output {
  readonly JobFlowId: string;
  readonly StepIds: readonly string[];
  readonly Marker?: string;
  readonly Cluster: Described;
  readonly Clusters: readonly Described[];
  readonly Step: Described;
  readonly Steps: readonly Described[];
  readonly Instances: readonly Described[];
  readonly InstanceGroups: readonly Described[];
  readonly CancelStepsInfoList: readonly Json[];
  readonly AutoTerminationPolicy?: Json;
}

interface Described extends Json {
  readonly Id: string;
  readonly Name: string;
  readonly Status: {
    readonly State: string;
    readonly StateChangeReason: Json;
    readonly Timeline: Json;
    readonly FailureDetails?: Json;
  };
}

/** A machine on a clock of seconds, that starts for 60 s, bootstraps for 30 s and stops for 20 s. */
export function machineAt0() {
  const delays = { startMs: 60_000, bootstrapMs: 30_000, stopMs: 20_000 };
  const machine = new EmrMachine({ delays, seed: 1 });
  let nowS = 0;
  const call = (operation: Operation, body: Json, fate?: Fate): Output =>
    machine.handle(operation, body, {
      nowMs: nowS * 1_000,
      region: 'eu-west-1',
      ...(fate === undefined ? {} : { fate }),
    }) as Output;
  const done: Effect[] = [];
  const effects = (): readonly string[] => {
    const taken = machine.takeEffects();
    done.push(...taken);
    return taken.map(({ kind, step }) => `${kind} ${step.config.Name}`);
  };
  return {
    call,
    /** What is to be done outside since the last look, as `start-step name`. */
    effects,
    /** Lets time go on to this second. */
    to: (second: number) => {
      nowS = second;
      machine.advance(second * 1_000);
    },
    run: (changes: Parameters<typeof clusterRequest>[0] = {}, fate?: Fate): string =>
      call('RunJobFlow', clusterRequest(changes) as unknown as Json, fate).JobFlowId,
    add: (id: string, steps: readonly unknown[], fate?: Fate): readonly string[] =>
      call('AddJobFlowSteps', { JobFlowId: id, Steps: steps }, fate).StepIds,
    /** A step that was begun has come to its end. */
    ended: (name: string, failure?: Failure) => {
      effects();
      const begun = done.findLast(({ kind, step }) => kind === 'start-step' && step.config.Name === name);
      machine.stepEnded(begun!.step.id, failure, nowS * 1_000);
    },
    lose: (id: string, loss: Loss, afterS = 0) => machine.lose(id, loss, afterS * 1_000, nowS * 1_000),
    cluster: (id: string): Cluster => machine.clusters().find((each) => each.id === id)!,
    steps: (id: string): readonly string[] =>
      machine
        .clusters()
        .find((each) => each.id === id)!
        .steps.map(({ config, state }) => `${config.Name} ${state}`),
  };
}

export const failed: Failure = { reason: 'Unknown Error.' };
