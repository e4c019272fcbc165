import { isDay } from '../calendar.ts';
import { withoutStack } from '../errors.ts';
import type { NextRequest, Refused, Request } from './protocol.ts';

/** What is wrong with a value, as the end of a sentence that begins with where it stands; undefined where nothing is. */
type Check = (value: unknown) => string | undefined;

const longestText = 1000;
const mostIds = 10_000;

/**
 * A value as it comes from outside, as a request: everything that a scheduler relies on is so, or it is refused with what is
 * wrong and where. Members that no request has are left alone; the stack of an error is left out.
 */
export function checkRequest(value: unknown): Request | Refused {
  if (!isRecord(value)) return refused('A request is an object in JSON.');
  const { kind } = value;
  const checks = typeof kind === 'string' && Object.hasOwn(requests, kind) ? requests[kind] : undefined;
  if (checks === undefined) return refused(`There is no request of the kind ${shown(kind)}.`);
  const why = checks(value);
  return why === undefined
    ? withoutStackTrace(value as unknown as Request)
    : refused(`The request ${kind}${why}.`);
}

/** A stack trace is for whoever has the worker's machine: no view, log or history of a scheduler has one, whoever reported it. */
function withoutStackTrace(request: Request): Request {
  if (request.kind !== 'report') return request;
  const { end } = request;
  if (end.kind !== 'failed' && end.kind !== 'crashed') return request;
  return { ...request, end: { ...end, error: withoutStack(end.error) } };
}

const text: Check = (value) =>
  typeof value === 'string' && value !== '' && value.length <= longestText
    ? undefined
    : ` is ${shown(value)}: give a text of at most ${longestText} characters`;
const anyText: Check = (value) =>
  typeof value === 'string' ? undefined : ` is ${shown(value)}: give a text`;
const flag: Check = (value) =>
  typeof value === 'boolean' ? undefined : ` is ${shown(value)}: give true or false`;
const finite: Check = (value) =>
  typeof value === 'number' && Number.isFinite(value) ? undefined : ` is ${shown(value)}: give a number`;
const amount: Check = (value) =>
  finite(value) ?? ((value as number) >= 0 ? undefined : ` is ${shown(value)}: give a number from 0`);
const whole =
  (from: number): Check =>
  (value) =>
    Number.isSafeInteger(value) && (value as number) >= from
      ? undefined
      : ` is ${shown(value)}: give a whole number from ${from}`;
const day: Check = (value) =>
  typeof value === 'string' && isDay(value) ? undefined : ` is ${shown(value)}: give a day, YYYY-MM-DD`;

function oneOf(...texts: readonly string[]): Check {
  return (value) =>
    typeof value === 'string' && texts.includes(value)
      ? undefined
      : ` is ${shown(value)}: give one of ${texts.join(', ')}`;
}

function optional(check: Check): Check {
  return (value) => (value === undefined ? undefined : check(value));
}

// By index, here and below: a submission may have a hundred thousand tasks.
function list(check: Check, most = Infinity): Check {
  return (value) => {
    if (!Array.isArray(value)) return ` is ${shown(value)}: give a list`;
    if (value.length > most) return ` has ${value.length} members: give at most ${most}`;
    for (let index = 0; index < value.length; index += 1) {
      const why = check(value[index]);
      if (why !== undefined) return `[${index}]${why}`;
    }
    return undefined;
  };
}

function record(checks: Readonly<Record<string, Check>>): Check {
  const names = Object.keys(checks);
  const all = Object.values(checks);
  return (value) => {
    if (!isRecord(value)) return ` is ${shown(value)}: give an object`;
    for (let index = 0; index < names.length; index += 1) {
      const name = names[index] as string;
      const why = all[index]?.(value[name]);
      if (why !== undefined) return `.${name}${why}`;
    }
    return undefined;
  };
}

function valuesOf(check: Check): Check {
  return (value) => {
    if (!isRecord(value)) return ` is ${shown(value)}: give an object`;
    for (const name of Object.keys(value)) {
      const why = check(value[name]);
      if (why !== undefined) return `.${name.slice(0, 40)}${why}`;
    }
    return undefined;
  };
}

const project = record({ target: text, digest: text });
const error = record({ code: text, message: anyText });
const taskFacts = record({
  task: text,
  name: text,
  wrapper: optional(flag),
  after: list(text),
  state: oneOf('pending', 'fresh', 'waiting'),
  for: optional(anyText),
  runner: optional(text),
  batch: optional(record({ max: whole(1), waitMs: amount })),
  priority: finite,
  resources: valuesOf(amount),
  retries: optional(whole(0)),
  wish: record({ seen: whole(0), forced: optional(flag), refetch: optional(flag) }),
});
const task: Check = (value) => {
  const why = taskFacts(value);
  if (why !== undefined) return why;
  const { state, wrapper, runner } = value as Readonly<Record<string, unknown>>;
  return state === 'pending' && wrapper !== true && runner === undefined
    ? '.runner is missing: a pending task that is no wrapper names one'
    : undefined;
};

const cost = optional(record({ amount: text, currency: text, estimate: flag }));
const made = record({ version: whole(1), reason: record({ kind: text }), rows: finite, cost });
const over = record({ cost });
const control: Check = (value) => (isRecord(value) ? undefined : ` is ${shown(value)}: give an object`);
const ends: Readonly<Record<string, Check>> = {
  published: made,
  unchanged: made,
  fresh: over,
  waiting: record({ for: anyText, cost }),
  superseded: record({ disagreeing: list(text), cost }),
  failed: record({ fault: oneOf('task', 'infrastructure'), error, cost }),
  blocked: record({ controls: list(control), stage: anyText, cost }),
  'timed-out': over,
  crashed: record({ error, cost }),
  cancelled: over,
};
const endKind = oneOf(...Object.keys(ends));
/** How an attempt ended, as its worker may tell: that it is lost is for the scheduler alone to say. */
const end: Check = (value) => {
  if (!isRecord(value)) return ` is ${shown(value)}: give an object`;
  const why = endKind(value['kind']);
  return why === undefined ? ends[value['kind'] as string]?.(value) : `.kind${why}`;
};

const nextFacts = record({
  worker: text,
  project: optional(project),
  runners: list(text, mostIds),
  attempts: list(text, mostIds),
  more: optional(list(text, mostIds)),
});
const next: Check = (value) => {
  const why = nextFacts(value);
  if (why !== undefined) return why;
  const { attempts, more = [] } = value as NextRequest;
  const seen = new Set<string>();
  for (const id of [...attempts, ...more]) {
    if (seen.has(id))
      return ` names ${shown(id)} twice in attempts and more: each attempt has an id of its own`;
    seen.add(id);
  }
  return undefined;
};

const requests: Readonly<Record<string, Check>> = {
  submit: record({
    run: text,
    project: optional(project),
    today: day,
    command: optional(list(anyText)),
    tasks: list(task),
  }),
  next,
  beat: record({ worker: text, attempts: list(text, mostIds), clusterHours: optional(valuesOf(amount)) }),
  report: record({ worker: text, attempt: text, end }),
  cancel: record({ run: optional(text), task: optional(text) }),
  retry: record({ run: text, task: optional(text) }),
  pause: record({ name: optional(text) }),
  resume: record({ name: optional(text) }),
  tick: record({}),
  started: record({}),
};

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refused(why: string): Refused {
  return { kind: 'refused', why };
}

/** A value in a sentence: short, whatever it is. */
function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  const written = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return written.length > 60 ? `${written.slice(0, 60)}…` : written;
}
