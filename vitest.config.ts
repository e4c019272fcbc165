import { defineConfig } from 'vitest/config';

// Tests read the packages' sources by an export condition, so that they need no build.
const conditions = ['daybook-source', 'node', 'import', 'default'];

// The slow suite has files of its own: what runs real Spark again and again.
const slow = process.env['SUITE'] === 'slow';

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: [slow ? 'test/**/*.slow.ts' : 'test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    reporters: ['default', ['json', { outputFile: slow ? 'test-results-slow.json' : 'test-results.json' }]],
  },
});
