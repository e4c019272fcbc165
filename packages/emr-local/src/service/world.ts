import type { Random } from '../random.ts';
import type { Cluster, Step } from './records.ts';

/** How long a cluster takes for what it does, in milliseconds. */
export interface Delays {
  readonly startMs: number;
  readonly bootstrapMs: number;
  readonly stopMs: number;
}

/** What is to be done outside: the machine decides, whoever runs it does. */
export type Effect =
  | { readonly kind: 'start-step'; readonly cluster: Cluster; readonly step: Step }
  | { readonly kind: 'interrupt-step'; readonly step: Step }
  | { readonly kind: 'kill-step'; readonly step: Step };

/** Everything there is: the state that the machine guards. */
export interface World {
  readonly delays: Delays;
  readonly random: Random;
  readonly clusters: Map<string, Cluster>;
  /** In the order in which they are to be done. */
  readonly effects: Effect[];
}

/** An identifier as the service forms them: a letter or two, and 13 letters and digits. */
export function newId({ random }: World, prefix: 'j' | 's' | 'ig' | 'if' | 'ci'): string {
  return `${prefix}-${letters(random, 13)}`;
}

/** An identifier of a machine. */
export function newEc2Id({ random }: World): string {
  return `i-${Array.from({ length: 17 }, () => random.below(16).toString(16)).join('')}`;
}

function letters(random: Random, length: number): string {
  return Array.from({ length }, () => random.below(36).toString(36).toUpperCase()).join('');
}
