import { Refusal } from './problem.ts';

/** A request's URL, taken apart: the path's segments are decoded, and stay segments whatever they hold. */
export interface Address {
  readonly segments: readonly string[];
  readonly query: ReadonlyMap<string, string>;
}

/** Takes a URL apart; undefined for one that cannot be read. */
export function addressOf(url: string): Address | undefined {
  try {
    const [path = '', query = ''] = splitOnce(url, '?');
    if (!path.startsWith('/')) return undefined;
    const parameters = new URLSearchParams(query);
    return {
      segments: path.slice(1).split('/').map(decodeURIComponent),
      query: new Map(parameters),
    };
  } catch {
    return undefined;
  }
}

/** A whole number from 0 to `max`, or `absent` where it is not given. */
export function countIn(
  query: ReadonlyMap<string, string>,
  name: string,
  absent: number,
  max: number,
): number {
  const given = query.get(name);
  if (given === undefined) return absent;
  const value = /^\d{1,15}$/.test(given) ? Number(given) : Number.NaN;
  if (!(value <= max)) throw new Refusal('parameter-invalid', `${name} is a whole number from 0 to ${max}.`);
  return value;
}

function splitOnce(text: string, at: string): readonly string[] {
  const index = text.indexOf(at);
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index + 1)];
}
