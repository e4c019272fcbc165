/** A statement with its plan, as `EXPLAIN (FORMAT json)` gives it. */
export interface PlannedStatement {
  readonly statement: string;
  readonly plan: string;
}

/**
 * The columns among `names` that DuckDB may read from Parquet files for these statements: those whose name occurs as a word
 * in what a plan says of the scan of such a file, be it what it gives on or what it filters by; and those that a statement
 * names itself. For a filter that holds for all rows, by the statistics, is left out of the plan, and its column is read all
 * the same. It may name one too many and never one too few; where a plan is not understood, undefined: it may be any.
 */
export function neededColumns(
  planned: readonly PlannedStatement[],
  names: readonly string[],
): readonly string[] | undefined {
  const texts: string[] = [];
  for (const { statement, plan } of planned) {
    const found = scanTexts(plan);
    if (found === undefined) return undefined;
    if (found.length > 0) texts.push(statement, ...found);
  }
  const words = new Set(texts.flatMap((text) => text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? []));
  return names.filter((name) => words.has(name.toLowerCase()) || !isWord(name));
}

function isWord(name: string): boolean {
  return /^[\p{L}\p{N}_]+$/u.test(name);
}

/** All that is said of the scans of Parquet files in one plan; undefined if that is no plan as known. */
function scanTexts(plan: string): readonly string[] | undefined {
  let roots: unknown;
  try {
    roots = JSON.parse(plan);
  } catch {
    return undefined;
  }
  if (!Array.isArray(roots) || roots.length === 0) return undefined;
  const texts: string[] = [];
  const left: unknown[] = [...roots];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (!isNode(node)) return undefined;
    const info = node.extra_info;
    if (isParquetScan(node)) {
      // What it gives on is always said, be it nothing.
      if (!Object.hasOwn(info, 'Projections')) return undefined;
      texts.push(...textsIn(info));
    }
    left.push(...node.children);
  }
  return texts;
}

interface PlanNode {
  readonly name: string;
  readonly children: readonly unknown[];
  readonly extra_info: Readonly<Record<string, unknown>>;
}

function isNode(node: unknown): node is PlanNode {
  if (typeof node !== 'object' || node === null) return false;
  const { name, children, extra_info: info } = node as Partial<PlanNode>;
  return typeof name === 'string' && Array.isArray(children) && typeof info === 'object' && info !== null;
}

function isParquetScan(node: PlanNode): boolean {
  return [node.name, String(node.extra_info['Function'])].some((text) => /parquet/i.test(text));
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}
