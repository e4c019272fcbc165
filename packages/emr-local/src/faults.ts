import { EmrLocalError, said } from './errors.ts';
import { randomStream } from './random.ts';
import type { Fate } from './service/records.ts';

/** The faults there are, in the order in which a seeded draw takes them. */
export const faultKinds = [
  'throttle',
  'error500',
  'lost-request',
  'lost-answer',
  'idle-race',
  'slow-start',
  'bootstrap-failure',
  'spot-loss',
  'master-loss',
] as const;

export type FaultKind = (typeof faultKinds)[number];

/** A fault that was asked for: it befalls the next requests it can befall. */
export interface Fault {
  readonly kind: FaultKind;
  /** Only requests for this operation. Default: all that the kind can befall. */
  readonly operation?: string;
  /** How many requests it befalls. Default 1. */
  readonly times?: number;
  /** `spot-loss`, `master-loss`: this cluster, instead of the next that is made. */
  readonly cluster?: string;
  /** `spot-loss`, `master-loss`: counted from when a new cluster is ready, or from now for `cluster`. Default 0. */
  readonly afterSeconds?: number;
  /** `slow-start`: how much longer the cluster starts. Default 30. */
  readonly seconds?: number;
  /** `spot-loss`: the cluster ends with its spot instances. Default false. */
  readonly endsCluster?: boolean;
}

/** Which faults are to come. */
export interface Faults {
  /** Asks for a fault; it waits behind those asked for before. Throws `bad-option`. */
  readonly add: (fault: Fault) => void;
  readonly clear: () => void;
  /** Those asked for that have not all come yet; `times` is what is left. */
  readonly pending: () => readonly Fault[];
  /** The fault for the next request: the first that was asked for and can befall it, else one by seed, if any. */
  readonly take: (operation: string) => Fault | undefined;
}

/** Faults by seed: each kind befalls a request with the probability `rate`, decided by seed and request number. */
export interface FaultsOptions {
  readonly seed?: string | number;
  /** 0 (the default) to 1 divided by the number of `kinds`. */
  readonly rate?: number;
  /** Default: all. */
  readonly kinds?: readonly FaultKind[];
}

/** Makes the plan of faults of one server. Throws `bad-option` with a sentence that names the option. */
export function createFaults({ seed = 1, rate = 0, kinds = faultKinds }: FaultsOptions = {}): Faults {
  if (!(rate >= 0 && rate * kinds.length <= 1)) {
    const most = `1/${kinds.length}, since each of the ${kinds.length} kinds comes with that probability`;
    throw new EmrLocalError('bad-option', `faultRate is from 0 to ${most}, not ${rate}.`);
  }
  let asked: Fault[] = [];
  let requests = 0;
  return Object.freeze({
    add: (fault: Fault) => {
      asked.push(checkedFault(fault));
    },
    clear: () => {
      asked = [];
    },
    pending: () => [...asked],
    take: (operation: string) => {
      requests += 1;
      const at = asked.findIndex((fault) => canBefall(fault, operation));
      if (at >= 0) {
        const fault = asked[at]!;
        const left = (fault.times ?? 1) - 1;
        asked.splice(at, 1, ...(left > 0 ? [{ ...fault, times: left }] : []));
        return fault;
      }
      const drawn = rate === 0 ? undefined : drawnFault(`${seed}/faults/${requests}`, rate, kinds);
      return drawn !== undefined && canBefall(drawn, operation) ? drawn : undefined;
    },
  });
}

/** A fault from JSON. Throws `bad-option` with a sentence that names the field. */
export function checkedFault(value: unknown): Fault {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new EmrLocalError('bad-option', 'A fault is a JSON object such as {"kind":"throttle","times":2}.');
  }
  for (const [name, given] of Object.entries(value)) {
    const allowed = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (allowed === undefined) {
      const known = Object.keys(fields).join(', ');
      throw new EmrLocalError('bad-option', `A fault has no field "${name.slice(0, 80)}": it has ${known}.`);
    }
    if (!allowed.test(given)) {
      throw new EmrLocalError('bad-option', `${name} is ${allowed.words}, not ${said(given)}.`);
    }
  }
  if (!Object.hasOwn(value, 'kind')) {
    throw new EmrLocalError('bad-option', `kind is ${fields['kind']!.words}, not left out.`);
  }
  return Object.freeze({ ...value }) as Fault;
}

/** What a fault has in store for the cluster of the request that it befalls. */
export function fateOf(fault: Fault | undefined): Fate {
  switch (fault?.kind) {
    case 'idle-race':
      return { endsAsIdle: true };
    case 'slow-start':
      return { slowMs: (fault.seconds ?? 30) * 1_000 };
    case 'bootstrap-failure':
      return { bootstrapFails: true };
    case 'spot-loss':
    case 'master-loss':
      return { loss: { ...lossOf(fault), afterMs: (fault.afterSeconds ?? 0) * 1_000 } };
    default:
      return {};
  }
}

/** Which instances a fault takes. */
export function lossOf({ kind, endsCluster = false }: Fault): {
  readonly kind: 'spot' | 'master';
  readonly endsCluster: boolean;
} {
  return { kind: kind === 'master-loss' ? 'master' : 'spot', endsCluster };
}

interface Field {
  readonly words: string;
  readonly test: (value: unknown) => boolean;
}

const text: Field = { words: 'text', test: (value) => typeof value === 'string' };
const lengthOfTime: Field = {
  words: 'a number of seconds from 0 to 86400',
  test: (value) => typeof value === 'number' && value >= 0 && value <= 86_400,
};

const fields: Readonly<Record<string, Field>> = {
  kind: {
    words: `one of ${faultKinds.join(', ')}`,
    test: (value) => faultKinds.some((kind) => kind === value),
  },
  operation: text,
  times: {
    words: 'a whole number from 1 on',
    test: (value) => Number.isSafeInteger(value) && (value as number) >= 1,
  },
  cluster: text,
  afterSeconds: lengthOfTime,
  seconds: lengthOfTime,
  endsCluster: { words: 'true or false', test: (value) => typeof value === 'boolean' },
};

function canBefall(fault: Fault, operation: string): boolean {
  if (fault.operation !== undefined && fault.operation !== operation) return false;
  switch (fault.kind) {
    case 'idle-race':
      return operation === 'AddJobFlowSteps';
    case 'slow-start':
    case 'bootstrap-failure':
    case 'spot-loss':
    case 'master-loss':
      return operation === 'RunJobFlow';
    default:
      return true;
  }
}

function drawnFault(key: string, rate: number, kinds: readonly FaultKind[]): Fault | undefined {
  const random = randomStream(key);
  const kind = kinds[Math.floor(random.unit() / rate)];
  if (kind === 'slow-start') return { kind, seconds: 1 + random.below(10) };
  if (kind === 'master-loss') return { kind, afterSeconds: random.below(10) };
  if (kind === 'spot-loss')
    return { kind, afterSeconds: random.below(10), endsCluster: random.below(2) === 0 };
  return kind === undefined ? undefined : { kind };
}
