/** What is wrong with a value, as the end of a sentence that begins with its name; undefined where nothing is. */
export type Shape = (value: unknown, path: string) => string | undefined;

/** A value for which `test` holds; `words` say what such a value is, with an example. */
export function like(words: string, test: (value: unknown) => boolean): Shape {
  return (value, path) => (test(value) ? undefined : `${path} is ${said(value)}: write ${words}`);
}

export function text(words: string, pattern = /\S/, longest = 256): Shape {
  return like(
    words,
    (value) =>
      typeof value === 'string' && value.length <= longest && pattern.test(value) && !hasControl(value),
  );
}

export function whole(least: number, most: number): Shape {
  const words = `a whole number from ${least} to ${most}`;
  return like(
    words,
    (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
  );
}

export function oneOf(...values: readonly string[]): Shape {
  return like(`one of ${values.join(', ')}`, (value) => values.some((each) => each === value));
}

export function listOf(shape: Shape, most = 100): Shape {
  return (value, path) => {
    if (!Array.isArray(value)) return `${path} is ${said(value)}: write a list`;
    if (value.length > most) return `${path} has ${value.length} members: write ${most} at most`;
    return value.map((each, at) => shape(each, `${path}[${at}]`)).find((wrong) => wrong !== undefined);
  };
}

/** An object of names and values that are alike. */
export function mapOf(shape: Shape): Shape {
  return (value, path) => {
    if (!isObject(value)) return `${path} is ${said(value)}: write an object of names and values`;
    return Object.entries(value)
      .map(([name, each]) => shape(each, `${path}[${JSON.stringify(name)}]`))
      .find((wrong) => wrong !== undefined);
  };
}

/** An object with these members and no other; those in `required` must be there. A member that is undefined is not there. */
export function object(members: Readonly<Record<string, Shape>>, ...required: readonly string[]): Shape {
  return (value, path) => {
    const within = path === '' ? '' : `${path}.`;
    if (!isObject(value))
      return `${path} is ${said(value)}: write an object with ${Object.keys(members).join(', ')}`;
    const missing = required.find((name) => value[name] === undefined);
    if (missing !== undefined) return `${within}${missing} is left out: it must be given`;
    for (const [name, each] of Object.entries(value)) {
      const shape = Object.hasOwn(members, name) ? members[name] : undefined;
      if (shape === undefined) {
        return `there is no ${within}${name.slice(0, 80)}: there are ${Object.keys(members).join(', ')}`;
      }
      const wrong = each === undefined ? undefined : shape(each, `${within}${name}`);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  };
}

function said(value: unknown): string {
  if (value === undefined) return 'left out';
  if (typeof value === 'function') return 'a function';
  return (JSON.stringify(value) ?? String(value)).slice(0, 80);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a text has characters that are no text: line ends, and others that EMR refuses. */
function hasControl(value: string): boolean {
  return [...value].some((each) => each < ' ' || each === '\u007F');
}
