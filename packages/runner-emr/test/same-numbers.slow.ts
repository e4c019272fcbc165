import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { onSpark } from '../../emr-local/test/on-spark.ts';
import { spark4 } from '../../emr-local/test/spark/spark-kinds.ts';
import { sameNumbersOn } from './same-numbers/suite.ts';

const main = join(import.meta.dirname, 'same-numbers/main.ts');
const words = ['--conditions=daybook-source', main, '--from', '2', '--seeds', '2'];

// On the other Spark: same-numbers.test.ts.
sameNumbersOn([spark4]);

onSpark(({ version }) => {
  test('the accounts of books that two seeds decide are the same', { timeout: 900_000 }, async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [...words, '--spark', version]);
    expect(stdout).toContain(`2 seeds on ${version}: 0 differences`);
  });
});
