import { execFile } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { EmrLocal } from '@daybook/emr-local';
import type { ExchangeServer } from '@daybook/exchange-simulator';
import { createExchange, startExchangeServer } from '@daybook/exchange-simulator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { onSpark } from '../../packages/emr-local/test/on-spark.ts';
import { spark3 } from '../../packages/emr-local/test/spark/spark-kinds.ts';
import { openSparkWorld } from '../../packages/runner-emr/test/spark-world.ts';
import type { TestServer } from '../../packages/target-s3/test/on-servers.ts';
import { onServer } from '../../packages/target-s3/test/on-servers.ts';
import { moto, testCredentials } from '../../packages/target-s3/test/servers/server-kinds.ts';
import { root } from '../documents/blocks.ts';

const folder = mkdtempSync(join(tmpdir(), 'daybook-emr-example-'));
const command = join(root, 'apps/cli/bin/daybook.js');
const month = ['--month', '2018-07'];
const close = ['run', 'monthly-accounting', ...month, '--today', '2018-08-09', '--json'];
let exchange: ExchangeServer;

beforeAll(async () => {
  exchange = await startExchangeServer({
    exchange: createExchange({ seed: '7', today: '2018-08-09', postingsPerDay: 1000 }),
  });
});

afterAll(async () => {
  await exchange.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Project {
  daybook(...words: readonly string[]): Promise<string>;
  /** The reports of the closed month as people read them: each file by its path. */
  reports(): Promise<Readonly<Record<string, string>>>;
}

/** A project with the configuration of an example, whose ledger starts so late that its month is soon closed. */
function project(example: string, name: string, environment: Readonly<Record<string, string>>): Project {
  const place = join(folder, name);
  mkdirSync(place);
  symlinkSync(join(root, 'node_modules'), join(place, 'node_modules'));
  const config = readFileSync(join(root, 'examples', example, 'daybook.config.ts'), 'utf8');
  writeFileSync(join(place, 'daybook.config.ts'), config.replace("'2018-07-01'", "'2018-07-29'"));
  const daybook = async (...words: readonly string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)(process.execPath, [command, ...words], {
      cwd: place,
      env: { ...process.env, EXCHANGE_URL: exchange.url, ...environment },
    });
    return stdout;
  };
  return {
    daybook,
    async reports() {
      const days = ['--from', '2018-07-29', '--through', '2018-07-31'];
      for (const report of ['accounting-report', 'house-accounting-report', 'accounting-summary']) {
        await daybook('export', `${report}-tsv`, ...days, '--to', 'reports');
        await daybook('export', `monthly-${report}-tsv`, ...month, '--to', 'reports');
      }
      const reports = join(place, 'reports');
      const paths = readdirSync(reports, { recursive: true, encoding: 'utf8' }).filter((path) =>
        path.endsWith('.tsv'),
      );
      return Object.fromEntries(
        paths.toSorted().map((path) => [path, readFileSync(join(reports, path), 'utf8')]),
      );
    },
  };
}

/** The environment of a project with the store of a server. */
async function inBucket(server: TestServer): Promise<Readonly<Record<string, string>>> {
  const { bucket } = await server.newBucket();
  return {
    DAYBOOK_ENDPOINT: server.endpoint(),
    DAYBOOK_BUCKET: bucket,
    AWS_ACCESS_KEY_ID: testCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: testCredentials.secretAccessKey,
    AWS_REGION: 'us-east-1',
  };
}

let expected: Promise<Readonly<Record<string, string>>> | undefined;

/** The reports as the runner of this machine makes them in a folder. */
async function reportsAtHome(): Promise<Readonly<Record<string, string>>> {
  const local = project('local', 'local', {});
  expect(JSON.parse(await local.daybook(...close))).toMatchObject({ outcome: 'ok' });
  return await local.reports();
}

const living = (emr: EmrLocal): readonly string[] =>
  emr.state().clusters.flatMap(({ id, live }) => (live ? [id] : []));

onServer(moto, (server) => {
  onSpark((kind) => {
    test('a month is closed on Spark as it is at home, byte for byte', { timeout: 600_000 }, async () => {
      const stored = await inBucket(server);
      for (const [name, value] of Object.entries(stored)) process.env[name] = value;
      const world = await openSparkWorld(kind, { s3Endpoint: server.endpoint() });
      try {
        const there = { DAYBOOK_EMR_ENDPOINT: world.server.url, DAYBOOK_EMR_RELEASE: kind.release };
        const onEmr = project('emr', `emr-${kind.version}`, { ...stored, ...there });
        expect(await onEmr.daybook('doctor')).toMatch(/Everything works/);
        const run = JSON.parse(await onEmr.daybook(...close)) as { readonly outcome: string };
        expect(run).toMatchObject({ outcome: 'ok', costs: [{ currency: 'USD', estimate: true }] });
        expect(living(world.server)).toEqual([]);
        expected ??= reportsAtHome();
        expect(Object.keys(await expected)).toHaveLength(12);
        expect(await onEmr.reports()).toEqual(await expected);
        expect(await onEmr.daybook('verify', '--deep')).toMatch(/^Nothing is wrong/);
        expect(await onEmr.daybook('emr', 'clusters')).toBe('No cluster is alive.\n');
        const why = await onEmr.daybook(
          'why',
          'account-statistics',
          '--date',
          '2018-07-30',
          '--today',
          '2018-08-09',
        );
        expect(why).toMatch(new RegExp(`engine spark, spark ${kind.version}`));
        expect(why).toMatch(/cost +an estimated 0\.\d+ USD/);
      } finally {
        await world.close();
      }
    });
  });

  onSpark(
    (kind) => {
      test(
        'half of a month by one runner and half by the other is the same',
        { timeout: 600_000 },
        async () => {
          const stored = await inBucket(server);
          for (const [name, value] of Object.entries(stored)) process.env[name] = value;
          const world = await openSparkWorld(kind, { s3Endpoint: server.endpoint() });
          try {
            const half = ['run', 'daily-accounting', '--from', '2018-07-29', '--through', '2018-07-30'];
            const home = project('s3', 'first-half', stored);
            await home.daybook(...half, '--today', '2018-08-09');
            const there = { DAYBOOK_EMR_ENDPOINT: world.server.url };
            const onEmr = project('emr', 'second-half', { ...stored, ...there });
            const run = JSON.parse(await onEmr.daybook(...close)) as { readonly fresh: number };
            expect(run).toMatchObject({ outcome: 'ok', fresh: 18 });
            expected ??= reportsAtHome();
            expect(await onEmr.reports()).toEqual(await expected);
            expect(living(world.server)).toEqual([]);
          } finally {
            await world.close();
          }
        },
      );
    },
    [spark3],
  );
});
