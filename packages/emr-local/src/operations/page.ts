import { badRequest } from '../service-error.ts';

const pageLength = 50;

/**
 * One page of those of a list that are asked for, and the marker of the next if there is one. The marker names the last
 * of this page, so that what is added in front meanwhile neither repeats nor hides anything. It is found in the whole
 * list, for what it names may be asked for no longer. Throws `InvalidRequestException` for a marker that names nothing.
 */
export function pageOf<T>(
  all: readonly T[],
  marker: string | undefined,
  idOf: (one: T) => string,
  isAsked: (one: T) => boolean = () => true,
) {
  const after = marker === undefined ? -1 : all.findIndex((one) => encode(idOf(one)) === marker);
  if (marker !== undefined && after < 0) throw badRequest(`Marker '${marker}' is not valid.`);
  const rest = all.slice(after + 1).filter(isAsked);
  const page = rest.slice(0, pageLength);
  const last = page.at(-1);
  const more = rest.length > pageLength && last !== undefined;
  return { page, next: more ? { Marker: encode(idOf(last)) } : {} };
}

/** Is this one of those that a request names? An empty list names none and asks for all, as if it were absent. */
export function isNamed(named: readonly string[] | undefined, value: string): boolean {
  return named === undefined || named.length === 0 || named.includes(value);
}

function encode(id: string): string {
  return Buffer.from(id).toString('base64url');
}
