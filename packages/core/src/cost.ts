/** What something cost, in one currency: `amount` is decimal text such as `0.0425`. An estimate is no bill. */
export interface Cost {
  readonly amount: string;
  readonly currency: string;
  readonly estimate: boolean;
}

/** The sums of costs, one a currency in order of its name, to the most decimals that any has. One estimate makes a sum one. */
export function totalCosts(costs: readonly Cost[]): readonly Cost[] {
  const byCurrency = [...Map.groupBy(costs, ({ currency }) => currency)].sort(([a], [b]) => (a < b ? -1 : 1));
  return byCurrency.map(([currency, each]) => {
    const decimals = Math.max(...each.map(({ amount }) => decimalsOf(amount).length));
    const units = each.reduce((sum, { amount }) => sum + unitsOf(amount, decimals), 0n);
    return { amount: amountOf(units, decimals), currency, estimate: each.some(({ estimate }) => estimate) };
  });
}

function decimalsOf(amount: string): string {
  return amount.split('.')[1] ?? '';
}

function unitsOf(amount: string, decimals: number): bigint {
  return BigInt(amount.split('.')[0] + decimalsOf(amount).padEnd(decimals, '0'));
}

function amountOf(units: bigint, decimals: number): string {
  if (decimals === 0) return String(units);
  const digits = String(units).padStart(decimals + 1, '0');
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}
