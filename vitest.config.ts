import { basename } from 'node:path';
import { defineConfig } from 'vitest/config';
import type { TestSpecification } from 'vitest/node';
import { BaseSequencer } from 'vitest/node';

// Tests read the packages' sources by an export condition, so that they need no build.
const conditions = ['daybook-source', 'node', 'import', 'default'];

// The slow suite has files of its own: what runs real Spark again and again.
const slow = process.env['SUITE'] === 'slow';

// Begun last, each of these would go on alone when all others of its package have ended.
const longest = [
  'same-numbers.test.ts',
  'central.test.ts',
  'crowd.test.ts',
  'demo.test.ts',
  'simulation.test.ts',
  'laws.slow.ts',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification): boolean => longest.includes(basename(moduleId));
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: [slow ? 'test/**/*.slow.ts' : 'test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What is waited for is there or never: its time shows nothing, and a busy machine takes long.
    expect: { poll: { timeout: 30_000, interval: 10 } },
    pool: 'forks',
    sequence: { sequencer: LongestFirst },
    // One package is tested at a time (package.json), and has all processors.
    maxWorkers: '100%',
    // What holds only when it is tried again lands, and the end of the tests names it with its failure (tools/count-tests.ts).
    retry: process.env['CI'] === 'true' ? 1 : 0,
    reporters: ['default', ['json', { outputFile: slow ? 'test-results-slow.json' : 'test-results.json' }]],
  },
});
