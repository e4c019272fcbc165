import { sql } from '@daybook/core';

/** What a posting is for. */
export const postingKinds = [
  'deposit',
  'withdrawal',
  'stake',
  'payout',
  'commission',
  'bonus',
  'adjustment',
] as const;

/** The net of each kind as a column of its own, over rows with `kind` and `net`. */
export const netByKind = sql`
    SUM(CASE WHEN kind = 'deposit' THEN net ELSE 0 END) AS deposits,
    SUM(CASE WHEN kind = 'withdrawal' THEN net ELSE 0 END) AS withdrawals,
    SUM(CASE WHEN kind = 'stake' THEN net ELSE 0 END) AS stakes,
    SUM(CASE WHEN kind = 'payout' THEN net ELSE 0 END) AS payouts,
    SUM(CASE WHEN kind = 'commission' THEN net ELSE 0 END) AS commission,
    SUM(CASE WHEN kind = 'bonus' THEN net ELSE 0 END) AS bonuses,
    SUM(CASE WHEN kind = 'adjustment' THEN net ELSE 0 END) AS adjustments`;

/** The sum of a report's seven columns of kinds, wide enough for any of them: DuckDB adds two DECIMAL(18,2) within 18 digits. */
export const sumOfKinds = sql`CAST(deposits AS DECIMAL(38,2)) + withdrawals + stakes + payouts + commission + bonuses + adjustments`;
