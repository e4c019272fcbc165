import type { InstancePrice } from '../options.ts';
import type { InstanceView } from './views.ts';

/** A length of time; without an end it goes on. */
export interface Span {
  readonly fromMs: number;
  readonly untilMs?: number;
}

type Prices = Readonly<Record<string, InstancePrice>>;

/**
 * The estimated cost of one step, in US dollars: in each moment of `step` the price of the instances that were there, divided
 * among the steps that ran. `running` are the spans of all steps of the cluster, this one among them. Undefined where an instance
 * that counts has no price.
 */
export function stepCost(
  step: Required<Span>,
  running: readonly Span[],
  instances: readonly InstanceView[],
  prices: Prices,
): number | undefined {
  const { fromMs, untilMs } = step;
  const spans = [...running, ...instances.map(spanOf)];
  const edges = [fromMs, untilMs, ...spans.flatMap((each) => [each.fromMs, each.untilMs ?? untilMs])]
    .filter((each) => each >= fromMs && each <= untilMs)
    .sort((a, b) => a - b);
  let cost = 0;
  for (const [at, edge] of edges.entries()) {
    const next = edges[at + 1] ?? edge;
    if (next === edge) continue;
    const hourly = hourlyPrice(
      instances.filter((each) => holds(spanOf(each), edge)),
      prices,
    );
    if (hourly === undefined) return undefined;
    const sharing = Math.max(1, running.filter((each) => holds(each, edge)).length);
    cost += (hourly * (next - edge)) / hourMs / sharing;
  }
  return cost;
}

/** The estimated cost of instances from their beginning until now. Undefined where one has no price. */
export function instancesCost(
  instances: readonly InstanceView[],
  prices: Prices,
  nowMs: number,
): number | undefined {
  let cost = 0;
  for (const instance of instances) {
    const hourly = hourlyPrice([instance], prices);
    if (hourly === undefined) return undefined;
    cost += (hourly * Math.max(0, (instance.endedMs ?? nowMs) - instance.createdMs)) / hourMs;
  }
  return cost;
}

/** `0.0123`: US dollars with four decimals. */
export function costText(usd: number): string {
  return usd.toFixed(4);
}

const hourMs = 3_600_000;

function hourlyPrice(instances: readonly InstanceView[], prices: Prices): number | undefined {
  let sum = 0;
  for (const { type, spot } of instances) {
    const price = Object.hasOwn(prices, type) ? prices[type] : undefined;
    const ec2 = spot ? price?.spot : price?.onDemand;
    if (price === undefined || ec2 === undefined) return undefined;
    sum += ec2 + price.emr;
  }
  return sum;
}

function spanOf({ createdMs, endedMs }: InstanceView): Span {
  return { fromMs: createdMs, ...(endedMs === undefined ? {} : { untilMs: endedMs }) };
}

/** Whether a span has begun by this moment and goes on after it. */
function holds({ fromMs, untilMs }: Span, atMs: number): boolean {
  return fromMs <= atMs && (untilMs === undefined || untilMs > atMs);
}
