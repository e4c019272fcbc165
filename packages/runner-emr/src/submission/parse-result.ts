import type { GroupTotals, MeasuredControl } from '@daybook/core';
import { DaybookError } from '@daybook/core';
import type { Result, ResultPart } from './result.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Reads the bytes of a `result.json`. What is not one is the error `job-failed`, which says what is wrong with it. */
export function parseResult(bytes: Uint8Array, uri: string): Result {
  const invalid = (why: string, cause?: unknown): DaybookError =>
    new DaybookError('job-failed', `${uri} cannot be read: ${why}. Run again.`, { cause });
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw invalid('it is not JSON', error);
  }
  if (!isFields(value)) throw invalid('it is no object');
  if (value['format'] !== 1)
    throw invalid(`its format is ${String(value['format'])}, and this Daybook knows format 1`);
  const wrong = wrongWith(value);
  if (wrong !== undefined) throw invalid(wrong);
  return value as unknown as Result;
}

/** What of a result is not as its type says; undefined where all is. */
function wrongWith(value: Fields): string | undefined {
  const { outcome } = value;
  const wrong = firstWrong(value, {
    submission: isText,
    application: isText,
    engine: (engine) => isFields(engine) && Object.values(engine).every(isText),
    seconds: isCount,
    ...(typeof outcome === 'string' && Object.hasOwn(fieldsOf, outcome)
      ? fieldsOf[outcome]
      : { outcome: no }),
  });
  return wrong === undefined ? undefined : `its ${wrong} is ${shortened(value[wrong])}`;
}

type Check = (value: unknown) => boolean;
type Checks = Readonly<Record<string, Check>>;

const isText: Check = (value) => typeof value === 'string';
const isTextOrNull: Check = (value) => value === null || isText(value);
const isCount: Check = (value) => typeof value === 'number' && value >= 0;
const isDigits: Check = (value) => isText(value) && /^\d+$/.test(value as string);
const no: Check = () => false;
const fits =
  (checks: Checks): Check =>
  (value) =>
    isFields(value) && firstWrong(value, checks) === undefined;
const eachIs =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const orAbsent =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const rowOf =
  (check: Check): Check =>
  (value) =>
    isFields(value) && Object.values(value).every(check);

const part = fits({
  name: isText,
  bytes: isCount,
  rows: isCount,
  sha256: (value) => isText(value) && /^[0-9a-f]{64}$/.test(value as string),
} satisfies Record<keyof ResultPart, Check>);

const totals = fits({
  group: eachIs(isTextOrNull),
  left: isTextOrNull,
  right: isTextOrNull,
} satisfies Record<keyof GroupTotals, Check>);

const controls = eachIs(
  fits({
    name: isText,
    held: (value) => typeof value === 'boolean',
    counts: rowOf(isText),
    totals: orAbsent(eachIs(totals)),
    offenders: orAbsent(eachIs(rowOf(isTextOrNull))),
  } satisfies Record<keyof MeasuredControl, Check>),
);

/** The fields of each outcome. */
const fieldsOf: Readonly<Record<string, Checks>> = {
  staged: { parts: eachIs(part), sums: fits({ rows: isDigits, high: isDigits, low: isDigits }), controls },
  blocked: { controls },
  failed: {
    fault: (value) => value === 'task' || value === 'infrastructure',
    code: isText,
    message: isText,
    trace: orAbsent(isText),
  },
  'timed-out': {},
  cancelled: {},
};

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function firstWrong(value: Fields, checks: Checks): string | undefined {
  return Object.keys(checks).find((name) => checks[name]?.(value[name]) === false);
}

function shortened(value: unknown): string {
  const text = value === undefined ? 'missing' : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
