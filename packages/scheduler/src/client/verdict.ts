import type { Refused } from '@daybook/core';
import { DaybookError } from '@daybook/core';
import { documentMismatch } from '../api/answers.ts';
import { protocolVersion } from '../api/protocol-version.ts';
import { isRecord } from '../api/shape.ts';
import type { ProblemType } from '../http/problem.ts';
import type { HttpAnswer } from './exchange.ts';

/** What is to be made of one answer. */
export type Verdict =
  | { readonly kind: 'answer'; readonly value: unknown }
  /** There is no such run. */
  | { readonly kind: 'absent' }
  /** It may go another way when it is asked again. */
  | { readonly kind: 'again'; readonly why: string }
  | { readonly kind: 'refused'; readonly error: DaybookError };

/** What is wrong with a request by itself, whoever sends it. */
const unusable: ReadonlySet<unknown> = new Set<ProblemType>([
  '/problems/body-invalid',
  '/problems/body-too-large',
  '/problems/request-refused',
]);

/** Decides what an answer means. `at` is the scheduler's URL, for people; `mismatch` says what is wrong with a good answer. */
export function verdictOf(
  answer: HttpAnswer,
  at: string,
  mismatch: (value: unknown) => string | undefined,
): Verdict {
  const { status, protocol } = answer;
  const refused = (why: string): Verdict => ({
    kind: 'refused',
    error: new DaybookError('scheduler-refused', why),
  });
  if (protocol === undefined) {
    if (status >= 500 || status === 408 || status === 429)
      return { kind: 'again', why: `something before it answers HTTP ${status}` };
    return refused(`What answers at ${at} is no Daybook scheduler (HTTP ${status}): see to the URL.`);
  }
  if (protocol !== String(protocolVersion))
    return refused(
      `The scheduler at ${at} speaks version ${protocol.slice(0, 20)} of the protocol, and this Daybook version ${protocolVersion}: install the same version on both sides.`,
    );
  const value = parsed(answer.body);
  if (status !== 200) return verdictOnProblem(status, value, at);
  const wrong = value === undefined ? 'the answer is no JSON' : mismatch(value);
  if (wrong !== undefined)
    return refused(
      `The scheduler at ${at} answers what this Daybook does not understand: ${wrong}. Install the same version on both sides.`,
    );
  return { kind: 'answer', value };
}

function verdictOnProblem(status: number, value: unknown, at: string): Verdict {
  const known = isRecord(value) && documentMismatch('problem', value) === undefined ? value : {};
  const told = [known['title'], known['detail']].filter((each) => typeof each === 'string').join(' ');
  const refused = (why: string): Verdict => ({
    kind: 'refused',
    error: new DaybookError('scheduler-refused', why),
  });
  if (status === 503 || status === 408) return { kind: 'again', why: told || `it answers HTTP ${status}` };
  if (known['type'] === '/problems/run-unknown') return { kind: 'absent' };
  // Whether it is found out before the scheduler is asked or by it, the request is refused and nothing was changed.
  if (unusable.has(known['type']))
    return { kind: 'answer', value: { kind: 'refused', why: told } satisfies Refused };
  if (status === 401)
    return refused(
      `The scheduler at ${at} does not know the token: make one with \`daybook token create\` where the scheduler runs, and set DAYBOOK_TOKEN to it.`,
    );
  if (status === 403)
    return refused(`The scheduler at ${at} does not allow this with the token given. ${told}`);
  return refused(`The scheduler at ${at} refuses the request. ${told || `It answers HTTP ${status}.`}`);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}
