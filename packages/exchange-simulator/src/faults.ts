import { SimulatorError } from './errors.ts';
import { randomStream } from './random.ts';

/** The faults there are, in the order in which a seeded draw takes them. */
export const faultKinds = [
  'error500',
  'reset',
  'cut-body',
  'stall',
  'repeat-page',
  'short-page',
  'etag-moves',
] as const;

export type FaultKind = (typeof faultKinds)[number];

/** A fault that was asked for: it befalls the next requests it can befall. */
export interface Fault {
  readonly kind: FaultKind;
  /** Only requests whose path and query contain this text. Default: all. */
  readonly path?: string;
  /** How many requests it befalls. Default 1. */
  readonly times?: number;
  /** `cut-body` and `stall`: bytes of the body as sent that come first. Default 0. */
  readonly afterBytes?: number;
  /** `stall`: milliseconds without a byte. Default 1,000. */
  readonly stallMs?: number;
  /** `short-page`: lines served. Default a third of those asked for; 0 is an empty page. */
  readonly lines?: number;
}

/** What there is to know of a request before a fault is chosen for it. */
export interface FaultTarget {
  /** Path and query. */
  readonly url: string;
  /** Is there an answer with a body to cut? */
  readonly hasBody: boolean;
  /** A page of a closed day: the sequence it comes after, and how many lines it would have. */
  readonly page?: { readonly after: number; readonly lines: number };
}

/** Which faults are to come. */
export interface Faults {
  /** Asks for a fault; it waits behind those asked for before. Throws `bad-option`. */
  readonly add: (fault: Fault) => void;
  readonly clear: () => void;
  /** Those asked for that have not all come yet; `times` is what is left. */
  readonly pending: () => readonly Fault[];
  /** The fault for the next request: the first that was asked for and can befall it, else one by seed, if any. */
  readonly take: (target: FaultTarget) => Fault | undefined;
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
export function createFaults(options: FaultsOptions = {}): Faults {
  const { seed = 1, rate = 0, kinds = faultKinds } = options;
  if (!(rate >= 0 && rate * kinds.length <= 1)) {
    const most = `1/${kinds.length}, since each of the ${kinds.length} kinds comes with that probability`;
    throw new SimulatorError('bad-option', `faultRate is from 0 to ${most}, not ${rate}.`);
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
    take: (target: FaultTarget) => {
      requests += 1;
      const at = asked.findIndex((fault) => canBefall(fault, target));
      if (at >= 0) {
        const fault = asked[at]!;
        const left = (fault.times ?? 1) - 1;
        asked.splice(at, 1, ...(left > 0 ? [{ ...fault, times: left }] : []));
        return fault;
      }
      const drawn = rate === 0 ? undefined : drawnFault(`${seed}/faults/${requests}`, rate, kinds);
      return drawn !== undefined && canBefall(drawn, target) ? drawn : undefined;
    },
  });
}

/** A fault from JSON. Throws `bad-option` with a sentence that names the field. */
export function checkedFault(value: unknown): Fault {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new SimulatorError('bad-option', 'A fault is a JSON object such as {"kind":"error500","times":2}.');
  }
  const { kind, path, ...numbers } = value as Record<string, unknown>;
  if (!faultKinds.some((known) => known === kind)) {
    throw new SimulatorError('bad-option', `kind is one of ${faultKinds.join(', ')}, not ${said(kind)}.`);
  }
  if (path !== undefined && typeof path !== 'string') {
    throw new SimulatorError('bad-option', `path is text that the path must contain, not ${said(path)}.`);
  }
  for (const [name, number] of Object.entries(numbers)) checkNumber(name, number);
  return Object.freeze({ ...value }) as Fault;
}

/** A value as a message shows it. */
export function said(value: unknown): string {
  return value === undefined ? 'left out' : JSON.stringify(value).slice(0, 80);
}

const leastOf: Readonly<Record<string, number>> = { times: 1, afterBytes: 0, stallMs: 0, lines: 0 };

function checkNumber(name: string, value: unknown): void {
  if (!Object.hasOwn(leastOf, name)) {
    const known = ['kind', 'path', ...Object.keys(leastOf)].join(', ');
    throw new SimulatorError('bad-option', `A fault has no field "${name.slice(0, 80)}": it has ${known}.`);
  }
  const least = leastOf[name]!;
  if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= 2 ** 31 - 1) return;
  throw new SimulatorError('bad-option', `${name} is a whole number from ${least} on, not ${said(value)}.`);
}

function canBefall(fault: Fault, { url, hasBody, page }: FaultTarget): boolean {
  if (fault.path !== undefined && !url.includes(fault.path)) return false;
  switch (fault.kind) {
    case 'error500':
    case 'reset':
    case 'stall':
      return true;
    case 'cut-body':
      return hasBody;
    case 'repeat-page':
      return page !== undefined && page.after > 0;
    case 'short-page':
      return page !== undefined && page.lines > (fault.lines ?? 1);
    case 'etag-moves':
      return page !== undefined;
  }
}

function drawnFault(key: string, rate: number, kinds: readonly FaultKind[]): Fault | undefined {
  const random = randomStream(key);
  const kind = kinds[Math.floor(random.unit() / rate)];
  if (kind === 'cut-body') return { kind, afterBytes: random.below(50_000) };
  if (kind === 'stall') return { kind, afterBytes: random.below(50_000), stallMs: 50 + random.below(950) };
  return kind === undefined ? undefined : { kind };
}
