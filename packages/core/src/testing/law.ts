/** What is asked of a value; it throws when it is not so. Objects and arrays are compared by their content. */
export type Expect = (actual: unknown, message?: string) => { toEqual(expected: unknown): unknown };

/** What the laws need of a test framework. Vitest and Jest have it as it is; `node:test` with a few lines around it. */
export interface LawFramework {
  describe(name: string, define: () => void): unknown;
  test(name: string, run: () => Promise<void>): unknown;
  afterAll(run: () => Promise<void>): unknown;
  readonly expect: Expect;
}

/** One law: a sentence, and a check that throws where it does not hold. */
export interface Law<Subject> {
  readonly name: string;
  check(subject: Subject, expect: Expect): Promise<void>;
}

/** Laws that are known not to hold, by name, each with the reason. */
export type Gaps = Readonly<Record<string, string>>;

/**
 * Makes each law a test; `use` gives the check its subject. A law declared as a gap must not hold: when it does, or when
 * there is no law of that name, the suite fails until the declaration goes.
 */
export function testLaws<Subject>(
  framework: LawFramework,
  laws: readonly Law<Subject>[],
  use: (check: (subject: Subject) => Promise<void>) => Promise<void>,
  gaps: Gaps = {},
): void {
  const { test, expect } = framework;
  for (const { name, check } of laws) {
    const reason = Object.hasOwn(gaps, name) ? gaps[name] : undefined;
    if (reason === undefined) test(name, () => use((subject) => check(subject, expect)));
    else {
      test(`${name} (a gap: ${reason})`, async () => {
        const held = await holds(use((subject) => check(subject, expect)));
        expect(held, `"${name}" is declared as a gap and holds: remove the gap.`).toEqual(false);
      });
    }
  }
  if (Object.keys(gaps).length === 0) return;
  test('every gap is that of a law', async () => {
    const names = new Set(laws.map((law) => law.name));
    expect(Object.keys(gaps).filter((name) => !names.has(name))).toEqual([]);
  });
}

async function holds(checked: Promise<void>): Promise<boolean> {
  try {
    await checked;
    return true;
  } catch {
    return false;
  }
}
