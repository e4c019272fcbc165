import type { RawFormat, RawFormatName } from '@daybook/core';
import { postingKinds } from '../kinds.ts';
import type { RawRule } from './raw-value.ts';
import { amountRule, currencyRule, idRule, optional, required, timeRule, wordRule } from './raw-value.ts';

/** The fields of a posting, in the order of the table. */
export const postingFields = [
  'sequence',
  'transaction_id',
  'account_id',
  'kind',
  'amount',
  'currency',
  'market_id',
  'occurred_at',
] as const;

/** The fields that every posting has. */
export const requiredFields: readonly string[] = postingFields.filter((field) => field !== 'market_id');

const remedy = 'Have the exchange correct this posting, then run again.';

/** Where a record is: its line once lines are numbered, and its sequence where that can be read. */
const place =
  `concat('line ', coalesce(CAST(line AS VARCHAR), '?'), ` +
  `CASE WHEN ${idRule('sequence').valid} THEN concat(' (sequence ', sequence, ')') END)`;

/** How raw postings of one format become rows of `transactions`; a record that cannot be one is refused. */
export function rawPostings(format: RawFormatName): RawFormat {
  const quoted = format === 'ndjson';
  const must = (column: string, rule: RawRule): string => required(column, rule, place, remedy);
  const columns = [
    must('sequence', idRule('sequence')),
    must('transaction_id', idRule('transaction_id')),
    must('account_id', idRule('account_id')),
    must('kind', wordRule('kind', postingKinds)),
    must('amount', amountRule('amount', quoted)),
    must('currency', currencyRule('currency')),
    optional('market_id', idRule('market_id'), place, remedy),
    must('occurred_at', timeRule('occurred_at')),
  ];
  const kinds = postingFields.map(
    (field) => [field, field === 'amount' && quoted ? 'json' : 'text'] as const,
  );
  return {
    columns: Object.fromEntries(kinds),
    statement: `SELECT\n  ${columns.join(',\n  ')}\nFROM raw`,
  };
}
