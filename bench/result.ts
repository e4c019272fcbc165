/** One line of the table: what was measured, the figure, the bar it is held against, and whether it holds. */
export interface Result {
  readonly what: string;
  readonly figure: string;
  readonly bar: string;
  readonly holds: boolean;
}

/** What is measured under one name. */
export interface Case {
  readonly name: string;
  run(): Promise<readonly Result[]>;
}

/** The middle of the times that several runs of a command take, in ms. */
export async function medianWallMs(
  runs: number,
  run: () => Promise<{ readonly wallMs: number }>,
): Promise<number> {
  const times: number[] = [];
  for (let count = 0; count < runs; count += 1) times.push((await run()).wallMs);
  return median(times);
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

export function seconds(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(2)} s` : `${(ms / 1000).toFixed(1)} s`;
}

export function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1024 ** 2)} MiB`;
}
