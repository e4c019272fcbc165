import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../documents/blocks.ts';

// The examples bring their own tests.
await import('../../examples/runner/script-runner.test.ts');
await import('../../examples/target/sqlite-targets.test.ts');

const shown = [
  ['docs/writing-a-target.md', 'examples/target/sqlite-targets.ts'],
  ['docs/writing-a-target.md', 'examples/target/sqlite-targets.test.ts'],
  ['docs/writing-a-runner.md', 'examples/runner/script-runner.ts'],
  ['docs/writing-a-runner.md', 'examples/runner/script-runner.test.ts'],
] as const;

test.each(shown)('%s shows %s as it is', (page, example) => {
  const text = readFileSync(join(root, page), 'utf8');
  expect(text).toContain(`\n${readFileSync(join(root, example), 'utf8')}\`\`\`\n`);
});
