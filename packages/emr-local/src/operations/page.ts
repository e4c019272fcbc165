import { badRequest } from '../service-error.ts';

const pageLength = 50;

/**
 * One page of a list, and the marker of the next if there is one. The marker names the last of this page, so that what
 * is added in front meanwhile neither repeats nor hides anything. Throws `InvalidRequestException` for a marker that
 * names nothing.
 */
export function pageOf<T>(all: readonly T[], marker: string | undefined, idOf: (one: T) => string) {
  const after = marker === undefined ? -1 : all.findIndex((one) => encode(idOf(one)) === marker);
  if (marker !== undefined && after < 0) throw badRequest(`Marker '${marker}' is not valid.`);
  const page = all.slice(after + 1, after + 1 + pageLength);
  const last = page.at(-1);
  const more = after + 1 + pageLength < all.length && last !== undefined;
  return { page, next: more ? { Marker: encode(idOf(last)) } : {} };
}

function encode(id: string): string {
  return Buffer.from(id).toString('base64url');
}
