import { meaningOf } from '../meaning.ts';
import { costText, stepCost, type Span } from './cost.ts';
import { pricesIn } from './prices.ts';
import type { Setting } from './setting.ts';
import { logsOf } from './step-fate.ts';
import type { StepFacts } from './steps.ts';
import type { ClusterView, InstanceView, StepView } from './views.ts';

/** When the steps of a cluster ran, all that were seen, by EMR's id. */
export class StepSpans {
  readonly #spans = new Map<string, Span>();

  /** Learns from a listing. One that ran and is not shown any more ended at a time that is not known, and is left out. */
  learn(listed: readonly StepView[]): void {
    for (const [id, { untilMs }] of this.#spans) if (untilMs === undefined) this.#spans.delete(id);
    for (const { id, startedMs, endedMs } of listed) {
      if (startedMs === undefined) continue;
      this.#spans.set(id, { fromMs: startedMs, ...(endedMs === undefined ? {} : { untilMs: endedMs }) });
    }
  }

  all(): readonly Span[] {
    return [...this.#spans.values()];
  }
}

/** What is told of a step that has ended, or that nobody waits for any more. */
export async function stepFacts(
  { emr, here, options }: Setting,
  view: StepView,
  cluster: ClusterView,
  spans: StepSpans,
  instances: readonly InstanceView[] | undefined,
): Promise<StepFacts> {
  const untilMs = view.endedMs ?? here.nowMs();
  const fromMs = view.startedMs ?? untilMs;
  const logs = logsOf(cluster, view.id);
  const region = await emr.region();
  const prices = pricesIn(region, options.prices);
  const cost =
    instances === undefined || instances.length === 0
      ? undefined
      : stepCost({ fromMs, untilMs }, spans.all(), instances, prices);
  return {
    cluster: cluster.id,
    step: view.id,
    ...(logs === undefined ? {} : { logs }),
    ...(options.endpoint === undefined ? { tracking: consoleOf(cluster.id, region) } : {}),
    seconds: Math.max(0, untilMs - fromMs) / 1_000,
    ...(cost === undefined ? {} : { costUsd: costText(cost) }),
  };
}

/** The page of a cluster in the console of AWS. */
export function consoleOf(cluster: string, region: string): string {
  return `https://${region}.console.aws.amazon.com/emr/home?region=${region}#/clusterDetails/${cluster}`;
}

/** The instances that a cluster has and had. Undefined where EMR does not tell: a step has then no cost. */
export async function instancesOf(
  { emr }: Setting,
  cluster: string,
): Promise<readonly InstanceView[] | undefined> {
  try {
    const instances: InstanceView[] = [];
    for await (const each of emr.instances(cluster)) instances.push(each);
    return instances;
  } catch (error) {
    if (meaningOf(error) === undefined) throw error;
    return undefined;
  }
}
