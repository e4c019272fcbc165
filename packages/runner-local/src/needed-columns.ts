/**
 * The columns among `names` that scans of Parquet files read in DuckDB's plans: those whose name occurs as a word in what
 * `EXPLAIN (FORMAT json)` says of such a scan, be it what it gives on or what it filters by. It may name one too many and
 * never one too few; where a plan is not understood, undefined: any column may be needed.
 */
export function neededColumns(
  plans: readonly string[],
  names: readonly string[],
): readonly string[] | undefined {
  const texts: string[] = [];
  for (const plan of plans) {
    const found = scanTexts(plan);
    if (found === undefined) return undefined;
    texts.push(...found);
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
