import type { EmrLocal } from '@daybook/emr-local';
import { expect, test } from 'vitest';
import { onSpark } from '../../packages/emr-local/test/on-spark.ts';
import { spark3 } from '../../packages/emr-local/test/spark/spark-kinds.ts';
import { openSparkWorld } from '../../packages/runner-emr/test/spark-world.ts';
import type { TestServer } from '../../packages/target-s3/test/on-servers.ts';
import { onServer } from '../../packages/target-s3/test/on-servers.ts';
import { moto, testCredentials } from '../../packages/target-s3/test/servers/server-kinds.ts';
import type { ExampleProject } from './example-project.ts';
import { exampleProjects } from './example-project.ts';

const month = ['--month', '2018-07'];
const close = ['run', 'monthly-accounting', ...month, '--today', '2018-08-09', '--json'];
const projects = exampleProjects('2018-08-09');

/** A project whose ledger starts so late that its month is soon closed. */
function project(
  example: string,
  name: string,
  environment: Readonly<Record<string, string>>,
): ExampleProject {
  return projects(example, name, environment, (config) => config.replace("'2018-07-01'", "'2018-07-29'"));
}

/** The reports of the closed month as people read them. */
async function reportsOf({ daybook, reports }: ExampleProject): Promise<Readonly<Record<string, string>>> {
  const days = ['--from', '2018-07-29', '--through', '2018-07-31'];
  for (const report of ['accounting-report', 'house-accounting-report', 'accounting-summary']) {
    await daybook('export', `${report}-tsv`, ...days, '--to', 'reports');
    await daybook('export', `monthly-${report}-tsv`, ...month, '--to', 'reports');
  }
  return reports();
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
  return await reportsOf(local);
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
        expect(await reportsOf(onEmr)).toEqual(await expected);
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
            expect(await reportsOf(onEmr)).toEqual(await expected);
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
