/**
 * An error as a problem document: RFC 9457. `title` is the same for each `type`; `detail` tells what was wrong with this
 * request. It holds no secret, no path of the server and no stack trace.
 */
export interface Problem {
  readonly type: ProblemType;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
}

/** The closed list of problems. `type` is a URI reference below `/problems/`. */
const kinds = {
  'body-invalid': [400, 'The request cannot be read.'],
  'parameter-invalid': [400, 'A parameter of the URL cannot be meant.'],
  'protocol-unknown': [400, 'The client speaks another version of the protocol.'],
  'token-missing': [401, 'A bearer token is needed.'],
  'token-unknown': [401, 'The token is not known.'],
  'role-insufficient': [403, 'The token’s role does not allow this.'],
  'route-unknown': [404, 'There is nothing here.'],
  'run-unknown': [404, 'There is no such run.'],
  'method-unknown': [405, 'This cannot be done here.'],
  'request-slow': [408, 'The request took too long to arrive.'],
  'body-too-large': [413, 'The request is too large.'],
  'media-type-unknown': [415, 'The body has to be application/json.'],
  'request-refused': [422, 'The request is not one of the protocol.'],
  'headers-too-large': [431, 'The headers are too large.'],
  bug: [500, 'Daybook itself is wrong here.'],
  'state-unwritable': [503, 'The journal cannot be written.'],
  'tokens-unreadable': [503, 'The tokens cannot be read.'],
  stopping: [503, 'The server is stopping.'],
  busy: [503, 'The server has too much to do.'],
} as const;

export type ProblemKind = keyof typeof kinds;
export type ProblemType = `/problems/${ProblemKind}`;

export const problemKinds = Object.keys(kinds) as readonly ProblemKind[];

export function problem(kind: ProblemKind, detail?: string): Problem {
  const [status, title] = kinds[kind];
  return { type: `/problems/${kind}`, title, status, ...(detail === undefined ? {} : { detail }) };
}

/** Thrown inside a route and answered as it is; nothing else becomes an answer. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly problem: Problem;

  constructor(kind: ProblemKind, detail?: string) {
    super(kind);
    this.problem = problem(kind, detail);
  }
}
