import type { Day, Month } from './calendar.ts';
import { addDays, isDay, isMonth, lastDayOf } from './calendar.ts';

/** What a parameter's text turned out to be: a value, or why it is none (a half sentence that follows the text). */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly why: string };

export type ParamKind = 'text' | 'integer' | 'boolean' | 'choice' | 'day' | 'month';
export type ParamValue = string | number | boolean;

/** One declared parameter of a task: how its text is read and written, and whether it may be left out. */
export interface Param<T extends ParamValue = ParamValue, Required extends boolean = boolean> {
  readonly kind: ParamKind;
  readonly required: Required;
  /** What a value looks like, for help: `YYYY-MM-DD`. */
  readonly shape: string;
  parse(text: string): Parsed<T>;
  /** Stands in for a value left out; `today` is the accounting today. */
  readonly byDefault?: (today: Day) => T;
}

export type Params = Readonly<Record<string, Param>>;
export type Values = Readonly<Record<string, ParamValue>>;

type ValueOf<P> = P extends Param<infer T> ? T : never;
type RequiredKeys<P extends Params> = {
  [K in keyof P]: P[K] extends Param<ParamValue, true> ? K : never;
}[keyof P];

/** The values that a task with the parameters `P` is made from. */
export type ValuesOf<P extends Params> = Plain<
  { readonly [K in RequiredKeys<P>]: ValueOf<P[K]> } & {
    readonly [K in Exclude<keyof P, RequiredKeys<P>>]?: ValueOf<P[K]> | undefined;
  }
>;

/** The values of a task with the parameters `P` as its job sees them: one that was left out is not there. */
export type GivenValuesOf<P extends Params> = Plain<
  { readonly [K in RequiredKeys<P>]: ValueOf<P[K]> } & {
    readonly [K in Exclude<keyof P, RequiredKeys<P>>]?: ValueOf<P[K]>;
  }
>;

/** The same type, which the compiler's messages write out: `{ readonly date: string; }`. */
type Plain<T> = T extends infer Each ? { [K in keyof Each]: Each[K] } : never;

/** Any text that is not empty. */
export const text: Param<string, true> = {
  kind: 'text',
  required: true,
  shape: 'TEXT',
  parse: (given) => (given === '' ? no('is empty; give some text') : yes(given)),
};

/** A whole number that a JavaScript number holds exactly. */
export const integer: Param<number, true> = {
  kind: 'integer',
  required: true,
  shape: 'N',
  parse: (given) => {
    const value = Number(given);
    return /^(0|-?[1-9]\d*)$/.test(given) && Number.isSafeInteger(value)
      ? yes(value)
      : no('is not a whole number such as 42');
  },
};

/** `true` or `false`. */
export const boolean: Param<boolean, true> = {
  kind: 'boolean',
  required: true,
  shape: 'true|false',
  parse: (given) =>
    given === 'true' || given === 'false' ? yes(given === 'true') : no('is neither true nor false'),
};

/** A day, `YYYY-MM-DD`. */
export const day: Param<Day, true> = {
  kind: 'day',
  required: true,
  shape: 'YYYY-MM-DD',
  parse: (given) => (isDay(given) ? yes(given) : no('is not a day of the form YYYY-MM-DD')),
};

/** A month, `YYYY-MM`. */
export const month: Param<Month, true> = {
  kind: 'month',
  required: true,
  shape: 'YYYY-MM',
  parse: (given) => (isMonth(given) ? yes(given) : no('is not a month of the form YYYY-MM')),
};

/** One of the texts given. */
export function choice<const T extends string>(...options: readonly T[]): Param<T, true> {
  return {
    kind: 'choice',
    required: true,
    shape: options.join('|'),
    parse: (given) => {
      const found = options.find((option) => option === given);
      return found === undefined ? no(`is not one of ${options.join(', ')}`) : yes(found);
    },
  };
}

/** A parameter that may be left out; it is then no part of the task's id. */
export function optional<T extends ParamValue>(param: Param<T, true>): Param<T, false> {
  return { ...param, required: false };
}

/** A parameter that, left out on the command line, takes the value that `byDefault` gives for the accounting today. */
export function defaulted<T extends ParamValue>(
  param: Param<T, true>,
  byDefault: (today: Day) => T,
): Param<T, true> {
  return { ...param, byDefault };
}

/** The accounting yesterday, for `defaulted`. */
export function yesterday(today: Day): Day {
  return addDays(today, -1);
}

/** A day or month parameter that refuses what ends before the day `earliest`. */
export function since(param: Param<string, true>, earliest: Day): Param<string, true> {
  return {
    ...param,
    parse: (given) => {
      const parsed = param.parse(given);
      if (!parsed.ok) return parsed;
      const end = param.kind === 'month' ? lastDayOf(parsed.value) : parsed.value;
      return end < earliest ? no(`ends before ${earliest}, the first day there is`) : parsed;
    },
  };
}

function yes<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

function no<T>(why: string): Parsed<T> {
  return { ok: false, why };
}
