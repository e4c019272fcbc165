import type { InstancePrice } from '../options.ts';

/**
 * US dollars an hour in us-east-1, Linux, on demand: EC2's held against several public tables in 2026; EMR's own charge taken as
 * a quarter of EC2's, as is usual for these types, and not held against its price page. They are for an estimate: what is really
 * paid depends on savings plans, credits and taxes, and disks and traffic are not in it. Spot has no price that stands still.
 */
export const knownPrices: Readonly<Record<string, InstancePrice>> = Object.freeze({
  'm5.xlarge': { onDemand: 0.192, emr: 0.048 },
  'm5.2xlarge': { onDemand: 0.384, emr: 0.096 },
  'm5.4xlarge': { onDemand: 0.768, emr: 0.192 },
  'm6g.xlarge': { onDemand: 0.154, emr: 0.0385 },
  'm6g.2xlarge': { onDemand: 0.308, emr: 0.077 },
  'm6g.4xlarge': { onDemand: 0.616, emr: 0.154 },
  'm6i.xlarge': { onDemand: 0.192, emr: 0.048 },
  'm6i.2xlarge': { onDemand: 0.384, emr: 0.096 },
  'm6i.4xlarge': { onDemand: 0.768, emr: 0.192 },
  'm7g.xlarge': { onDemand: 0.1632, emr: 0.0408 },
  'm7g.2xlarge': { onDemand: 0.3264, emr: 0.0816 },
  'r5.xlarge': { onDemand: 0.252, emr: 0.063 },
  'r5.2xlarge': { onDemand: 0.504, emr: 0.126 },
  'r6g.xlarge': { onDemand: 0.2016, emr: 0.0504 },
  'r6g.2xlarge': { onDemand: 0.4032, emr: 0.1008 },
});

/** The prices for a region: those that are known where they hold, and the user's own before them. */
export function pricesIn(
  region: string,
  own: Readonly<Record<string, InstancePrice>> = {},
): Readonly<Record<string, InstancePrice>> {
  return region === 'us-east-1' ? { ...knownPrices, ...own } : own;
}
