import type { Day } from '../day.ts';
import { SimulatorError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { pageLines } from '../text.ts';
import { errorAnswer, jsonAnswer, type Answer } from './answer.ts';

/** The most lines a page has unless the server is told otherwise. */
export const defaultPageLimit = 100_000;

const daysPath = /^\/v1\/days\/([^/]+)(\/transactions)?$/;
const wholeNumber = /^\d{1,15}$/;

/** Answers a request for a day or a page of it; undefined for any other path. Throws `bad-option` on a bad query. */
export async function answerDays(
  exchange: Exchange,
  url: URL,
  ifNoneMatch: string | undefined,
  pageLimit: number,
): Promise<Answer | undefined> {
  const match = daysPath.exec(url.pathname);
  if (match === null) return undefined;
  const date = match[1]!;
  const paged = match[2] !== undefined;
  const after = numberOf(url, 'after', 0, 0);
  const limit = Math.min(pageLimit, numberOf(url, 'limit', 1, pageLimit));
  checkNames(url, paged ? ['after', 'limit'] : []);
  const day = closedDay(exchange, date);
  if (typeof day === 'string') return errorAnswer(404, day);
  if (matches(ifNoneMatch, day.etag)) return { status: 304, headers: { etag: day.etag } };
  if (paged) return pageAnswer(day, after, limit);
  return jsonAnswer(200, await exchange.totalsOfDay(day), { etag: day.etag });
}

/** A page of a day as it was taken, whatever comes to the day while it is sent. */
export function pageAnswer(day: Day, after: number, limit: number): Answer {
  return {
    status: 200,
    headers: { 'content-type': 'application/x-ndjson', etag: day.etag, vary: 'accept-encoding' },
    body: pageLines(day, after, limit),
    page: { date: day.date, after, limit, lines: Math.max(0, Math.min(limit, day.count - after)) },
  };
}

function closedDay(exchange: Exchange, date: string): Day | string {
  try {
    return exchange.day(date);
  } catch (error) {
    if (error instanceof SimulatorError && error.code === 'day-not-closed') return error.message;
    throw error;
  }
}

function numberOf(url: URL, name: string, least: number, otherwise: number): number {
  const values = url.searchParams.getAll(name);
  if (values.length === 0) return otherwise;
  const text = values[0]!;
  if (values.length === 1 && wholeNumber.test(text) && Number(text) >= least) return Number(text);
  const given = values.length > 1 ? 'given more than once' : `"${text.slice(0, 80)}"`;
  throw new SimulatorError('bad-option', `${name} is a whole number from ${least} on, not ${given}.`);
}

function checkNames(url: URL, known: readonly string[]): void {
  for (const name of url.searchParams.keys()) {
    if (known.includes(name)) continue;
    const has = known.length === 0 ? 'takes none' : `takes ${known.join(' and ')}`;
    throw new SimulatorError('bad-option', `There is no parameter "${name.slice(0, 80)}": this path ${has}.`);
  }
}

/** RFC 9110 §13.1.2: weak comparison against a list of tags, or `*`. */
function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const tags = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(etag);
}
