import type {
  AheadView,
  Lease,
  PausedView,
  Request,
  Response,
  RunView,
  TaskView,
  WorkerView,
} from '@daybook/core';
import type { EndedAttempt, TasksDocument } from './documents.ts';
import type { Fields, Shape } from './shape.ts';
import { anything, boolean, isRecord, list, map, mismatch, number, object, oneOf, text } from './shape.ts';

/** The compiler holds the fields to the types of core: none is forgotten, none is too much, and `?` stands where it belongs. */
type FieldsOf<T> = {
  readonly [K in keyof T & string as object extends Pick<T, K> ? `${K}?` : K]-?: Shape;
};

const project = object({ target: text, digest: text });
const texts = list(text);

const lease: FieldsOf<Lease> = {
  attempt: text,
  task: text,
  runner: text,
  'batch?': text,
  number,
  untilMs: number,
  leaseMs: number,
  run: text,
  today: text,
  wish: anything,
};

const paused: FieldsOf<PausedView> = { all: boolean, names: texts };

/** The fields of each response of the protocol beside its `kind`. */
export const responseFields = {
  submitted: { refused: list(object({ task: text, why: text })) },
  work: {
    leases: list(object(lease)),
    'spent?': texts,
    idleRunners: texts,
    'againInMs?': number,
    ended: boolean,
  },
  beaten: { lost: texts, cancelled: texts, idleRunners: texts },
  reported: { accepted: boolean, 'retryAtMs?': number, idleRunners: texts },
  cancelling: { attempts: texts },
  retrying: { tasks: texts },
  paused,
  ticked: {},
  refused: { why: text },
} as const satisfies {
  readonly [K in Response['kind']]: FieldsOf<Omit<Extract<Response, { readonly kind: K }>, 'kind'>>;
};

/** The response that answers each kind of request; `refused` answers all of them. */
export const responseTo = {
  submit: 'submitted',
  next: 'work',
  beat: 'beaten',
  report: 'reported',
  cancel: 'cancelling',
  retry: 'retrying',
  pause: 'paused',
  resume: 'paused',
} as const satisfies Partial<Record<Request['kind'], Response['kind']>>;

/** The requests that come from outside. Others are the server's own. */
export type WireKind = keyof typeof responseTo;

const end = map(anything);
const state = oneOf('pending', 'ready', 'backing-off', 'running', 'ended');

const run: FieldsOf<RunView> = {
  run: text,
  'command?': texts,
  today: text,
  'project?': project,
  submittedMs: number,
  'endedMs?': number,
  'outcome?': oneOf('ok', 'blocked', 'failed', 'waiting', 'cancelled'),
  counts: map(number),
};

const task: FieldsOf<TaskView> = {
  task: text,
  name: text,
  'target?': text,
  wrapper: boolean,
  state,
  attempts: number,
  'end?': end,
  'attempt?': object({ id: text, worker: text, sinceMs: number }),
  'retryAtMs?': number,
  change: number,
};

const worker: FieldsOf<WorkerView> = {
  name: text,
  'project?': project,
  runners: texts,
  seenMs: number,
  attempts: texts,
};

const ahead: FieldsOf<AheadView> = {
  'project?': project,
  runner: text,
  ready: number,
  running: number,
  waiting: number,
};

const attempt: FieldsOf<EndedAttempt> = {
  attempt: text,
  run: text,
  task: text,
  number,
  worker: text,
  runner: text,
  startedMs: number,
  endedMs: number,
  outcome: text,
  end,
};

/** The documents that are got, by name. */
export const documentFields = {
  runs: { runs: list(object(run)) },
  run,
  tasks: { change: number, ended: boolean, tasks: list(object(task)) } satisfies FieldsOf<TasksDocument>,
  workers: { workers: list(object(worker)) },
  ahead: { ahead: list(object(ahead)) },
  paused,
  attempts: { attempts: list(object(attempt)) },
  health: { ok: boolean, 'why?': text },
  problem: { type: text, title: text, status: number, 'detail?': text },
} as const satisfies Readonly<Record<string, Fields>>;

export type DocumentName = keyof typeof documentFields;

/** What is wrong with an answer to a request of this kind; undefined when nothing is. */
export function responseMismatch(asked: WireKind, value: unknown): string | undefined {
  if (!isRecord(value)) return 'the answer is no object';
  const kind = [responseTo[asked], 'refused' as const].find((each) => each === value['kind']);
  if (kind === undefined) return `a ${asked} is answered with "${String(value['kind'])}"`;
  return mismatch(object(responseFields[kind]), value);
}

export function documentMismatch(name: DocumentName, value: unknown): string | undefined {
  const shape: Shape = object(documentFields[name]);
  return mismatch(shape, value);
}
