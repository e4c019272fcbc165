import type { SqlText } from './sql/statement.ts';

/**
 * A check that must hold before a task's output may be published. It is plain data; each runner compiles it to SQL over the
 * relations `output`, `expected` (of a load job) and the task's inputs by name. `References` are the columns it speaks of,
 * so that a misspelt one does not type-check.
 */
export interface Control<out References extends string = string> {
  /** How it is called in manifests and messages. */
  readonly name: string;
  readonly check: Check;
  /** What a person should do when it fails: a sentence. */
  readonly remedy?: string;
  readonly references?: readonly References[];
}

export type Check =
  | { readonly kind: 'unique-key'; readonly columns: readonly string[] }
  | { readonly kind: 'no-nulls'; readonly columns: readonly string[] }
  | { readonly kind: 'in-sequence'; readonly column: string }
  | { readonly kind: 'every-row'; readonly condition: SqlText }
  | { readonly kind: 'zero-sum'; readonly column: string; readonly by: readonly string[] }
  | {
      readonly kind: 'same-total';
      readonly left: string;
      readonly right: string;
      readonly by: readonly string[];
    }
  | { readonly kind: 'no-rows'; readonly query: SqlText };

/** What a control found. `figures` are what it measured; `offenders` up to ten rows that break it, as text. */
export interface ControlResult {
  readonly name: string;
  readonly held: boolean;
  readonly figures: Readonly<Record<string, string>>;
  readonly offenders?: readonly Readonly<Record<string, string | null>>[];
  readonly remedy?: string;
}

interface ControlOptions {
  readonly name?: string;
  readonly remedy?: string;
}

/** No two rows of the output have the same values in `columns`. */
export function uniqueKey<const C extends string>(...columns: readonly C[]): Control<`output.${C}`> {
  return control(`unique-key(${columns.join(', ')})`, { kind: 'unique-key', columns }, {});
}

/** No row of the output has a null in any of `columns`. */
export function noNulls<const C extends string>(...columns: readonly C[]): Control<`output.${C}`> {
  return control(`no-nulls(${columns.join(', ')})`, { kind: 'no-nulls', columns }, {});
}

/**
 * `column` counts 1, 2, 3 … through the output in the order in which it was loaded: no gap, no repeat, no disorder.
 * Only for load jobs, whose parts keep the order of their source.
 */
export function inSequence<const C extends string>(
  column: C,
  options: ControlOptions = {},
): Control<`output.${C}`> {
  return control(`in-sequence(${column})`, { kind: 'in-sequence', column }, options);
}

/** The SQL condition holds in every row of the output. A null counts as a failure. */
export function everyRow(
  name: string,
  condition: SqlText,
  options: { readonly remedy?: string } = {},
): Control<never> {
  return control(name, { kind: 'every-row', condition }, options);
}

/** The sum of `column` of the output is zero in each group of `by`, and no value is null. */
export function zeroSum<const C extends string, const B extends string>(
  column: C,
  options: { readonly by: readonly B[] } & ControlOptions,
): Control<`output.${B | C}`> {
  const { by } = options;
  return control(`zero-sum(${column} by ${by.join(', ')})`, { kind: 'zero-sum', column, by }, options);
}

/**
 * Two columns have the same total in each group of `by`: `transactions.amount` and `output.net`. `relation.*` counts rows.
 * Both relations must have the columns of `by`.
 */
export function sameTotal<const L extends string, const R extends string, const B extends string = never>(
  left: L,
  right: R,
  options: { readonly by?: readonly B[] } & ControlOptions = {},
): Control<L | R | Beside<L | R, NoInfer<B>>> {
  const by = options.by ?? [];
  const name = `same-total(${left}, ${right}${by.length === 0 ? '' : ` by ${by.join(', ')}`})`;
  return control(name, { kind: 'same-total', left, right, by }, options);
}

/** The query, over inputs, `output` and `expected`, has no row. Each row that it has is an offender. */
export function noRows(
  name: string,
  query: SqlText,
  options: { readonly remedy?: string } = {},
): Control<never> {
  return control(name, { kind: 'no-rows', query }, options);
}

/** The columns `B` of the relations that the references `R` are of. */
type Beside<R extends string, B extends string> = R extends `${infer Relation}.${string}`
  ? `${Relation}.${B}`
  : never;

function control<R extends string>(name: string, check: Check, options: ControlOptions): Control<R> {
  return {
    name: options.name ?? name,
    check,
    ...(options.remedy === undefined ? {} : { remedy: options.remedy }),
  };
}
