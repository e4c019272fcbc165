import { describe, expect, test } from 'vitest';
import { missingFor, sparkKinds, type SparkKind } from './spark/spark-kinds.ts';

/**
 * Defines the same tests on each Spark that EMR has, or on those given. One that cannot run is skipped (`tellMissingSpark`); with `CI=true` it is a
 * failure, so that nothing is left untried unseen.
 */
export function onSpark(define: (kind: SparkKind) => void, kinds: readonly SparkKind[] = sparkKinds): void {
  for (const kind of kinds) {
    describe(`on Spark ${kind.version}`, () => {
      const missing = missingFor(kind);
      if (missing === undefined) define(kind);
      else absent(missing);
    });
  }
}

/** Says in one loud line what real Spark lacks on this machine. For one file of a package's tests, so that it is said once. */
export function tellMissingSpark(): void {
  const missing = new Set(sparkKinds.map(missingFor).filter((lack) => lack !== undefined));
  if (missing.size > 0 && !inCi)
    process.stderr.write(`\n!!! SKIPPED: TESTS ON REAL SPARK. ${[...missing].join('; ')}\n\n`);
}

const inCi = process.env['CI'] === 'true';

function absent(missing: string): void {
  if (inCi) test('Spark is there', () => expect.fail(missing));
  else test.skip(missing);
}
