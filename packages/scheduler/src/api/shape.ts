/**
 * What a JSON value looks like. One table of shapes (`answers.ts`) is what the client holds answers against, what the tests
 * hold the server against, and what the documentation is held against.
 */
export type Shape =
  | { readonly kind: 'text' | 'number' | 'boolean' | 'anything' }
  | { readonly kind: 'one-of'; readonly values: readonly string[] }
  | { readonly kind: 'list'; readonly of: Shape }
  | { readonly kind: 'map'; readonly of: Shape }
  | { readonly kind: 'object'; readonly fields: Fields };

/** A name that ends with `?` is of a field that may be absent. Fields that are not named here are allowed and not looked at. */
export type Fields = Readonly<Record<string, Shape>>;

export const text: Shape = { kind: 'text' };
export const number: Shape = { kind: 'number' };
export const boolean: Shape = { kind: 'boolean' };
export const anything: Shape = { kind: 'anything' };
export const oneOf = (...values: readonly string[]): Shape => ({ kind: 'one-of', values });
export const list = (of: Shape): Shape => ({ kind: 'list', of });
export const map = (of: Shape): Shape => ({ kind: 'map', of });
export const object = (fields: Fields): Shape => ({ kind: 'object', fields });

/** The first thing at which `value` is not of that shape, as a sentence without a full stop; undefined where it is. */
export function mismatch(shape: Shape, value: unknown, at = 'the answer'): string | undefined {
  switch (shape.kind) {
    case 'anything':
      return undefined;
    case 'text':
      return typeof value === 'string' ? undefined : `${at} is no text`;
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) ? undefined : `${at} is no number`;
    case 'boolean':
      return typeof value === 'boolean' ? undefined : `${at} is neither true nor false`;
    case 'one-of':
      return typeof value === 'string' && shape.values.includes(value)
        ? undefined
        : `${at} is none of ${shape.values.join(', ')}`;
    case 'list':
      if (!Array.isArray(value)) return `${at} is no list`;
      return firstOf(value, (each, index) => mismatch(shape.of, each, `${at}[${index}]`));
    case 'map':
      if (!isRecord(value)) return `${at} is no object`;
      return firstOf(Object.entries(value), ([name, each]) => mismatch(shape.of, each, `${at}.${name}`));
    case 'object':
      return mismatchOfObject(shape.fields, value, at);
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mismatchOfObject(fields: Fields, value: unknown, at: string): string | undefined {
  if (!isRecord(value)) return `${at} is no object`;
  return firstOf(Object.entries(fields), ([key, shape]) => {
    const name = key.replace(/\?$/, '');
    const field = Object.hasOwn(value, name) ? value[name] : undefined;
    if (field === undefined) return key.endsWith('?') ? undefined : `${at} has no ${name}`;
    return mismatch(shape, field, `${at}.${name}`);
  });
}

function firstOf<T>(
  items: readonly T[],
  find: (item: T, index: number) => string | undefined,
): string | undefined {
  for (const [index, item] of items.entries()) {
    const found = find(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}
