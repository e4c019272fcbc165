import type { Role } from '../tokens.ts';
import type { DocumentName, WireKind } from './answers.ts';

/** One route of the interface over HTTP. */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** `:run` stands for one segment. */
  readonly path: string;
  /** Who may; nobody has to show a token where it is `anybody`. */
  readonly roles: readonly Role[] | 'anybody';
  readonly query: readonly string[];
  /** The document that it answers with; absent of what has a form of its own. */
  readonly document?: DocumentName;
}

const readers: readonly Role[] = ['reader', 'operator'];

export const routes = {
  ask: { method: 'POST', path: '/v1/requests', roles: ['worker', 'operator'], query: ['wait'] },
  runs: { method: 'GET', path: '/v1/runs', roles: readers, query: ['limit'], document: 'runs' },
  run: { method: 'GET', path: '/v1/runs/:run', roles: readers, query: [], document: 'run' },
  tasks: {
    method: 'GET',
    path: '/v1/runs/:run/tasks',
    roles: readers,
    query: ['changed-since', 'wait'],
    document: 'tasks',
  },
  workers: { method: 'GET', path: '/v1/workers', roles: readers, query: [], document: 'workers' },
  ahead: { method: 'GET', path: '/v1/ahead', roles: readers, query: [], document: 'ahead' },
  paused: { method: 'GET', path: '/v1/paused', roles: readers, query: [], document: 'paused' },
  attempts: {
    method: 'GET',
    path: '/v1/attempts',
    roles: readers,
    query: ['run', 'task', 'limit'],
    document: 'attempts',
  },
  metrics: { method: 'GET', path: '/metrics', roles: readers, query: [] },
  healthy: { method: 'GET', path: '/healthz', roles: 'anybody', query: [], document: 'health' },
  ready: { method: 'GET', path: '/readyz', roles: 'anybody', query: [], document: 'health' },
} as const satisfies Readonly<Record<string, Route>>;

export type RouteName = keyof typeof routes;

/** What each role may ask for in a request. A reader asks for nothing. */
export const requestRoles: Readonly<Record<WireKind, readonly Role[]>> = {
  submit: ['operator'],
  next: ['worker', 'operator'],
  beat: ['worker', 'operator'],
  report: ['worker', 'operator'],
  cancel: ['operator'],
  retry: ['operator'],
  pause: ['operator'],
  resume: ['operator'],
};

/** The longest that a question waits for a change, in seconds. */
export const waitMaxSeconds = 30;

/** The most rows of a list that is cut. */
export const limitMax = 1000;
