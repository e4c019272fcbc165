import { definitionOf, parseManifest, prepare } from '@daybook/core';
import {
  isInstalled,
  testCredentials,
  versitygw,
} from '../../packages/target-s3/test/servers/server-kinds.ts';
import { startServer } from '../../packages/target-s3/test/servers/start-server.ts';
import { accountsOf, configOf, exchangeDays, openProject } from '../project.ts';
import { publishEverything } from '../publish-everything.ts';
import type { Case, Result } from '../result.ts';
import { mebibytes, median, medianWallMs, seconds } from '../result.ts';
import { openWire } from '../wire.ts';
import { bigDay, bigDayCustomers, bigDayPostings } from './big-day.ts';

const pairs = 2;
const latencyMs = 20;
const closed = ['--today', '2018-09-01'];
const inBucket = (prefix: string): string =>
  `s3Targets({ bucket: 'bench', prefix: '${prefix}', endpoint: process.env['BENCH_ENDPOINT'] })`;

/** What a bucket costs instead of a folder, on a server of this machine that speaks S3. */
export const bucketCases: readonly Case[] = [
  { name: 'bucket-day', run: async () => await onServer(bigDayInBucket) },
  { name: 'bucket-month', run: async () => await onServer(freshMonthInBucket) },
  { name: 'bucket-years', run: async () => await onServer(threeYearsInBucket) },
];

async function onServer(run: (endpoint: string) => Promise<readonly Result[]>): Promise<readonly Result[]> {
  if (!isInstalled(versitygw)) throw new Error('The server is not there: npm run servers.');
  process.env['AWS_ACCESS_KEY_ID'] = testCredentials.accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = testCredentials.secretAccessKey;
  const server = await startServer(versitygw);
  try {
    const { S3 } = await import('@aws-sdk/client-s3');
    const client = new S3({ endpoint: server.endpoint, region: 'us-east-1', forcePathStyle: true });
    await client.createBucket({ Bucket: 'bench' });
    client.destroy();
    reach(server.endpoint);
    return await run(server.endpoint);
  } finally {
    await server.stop();
  }
}

/** Where the next commands find the bucket. */
function reach(endpoint: string): void {
  process.env['BENCH_ENDPOINT'] = endpoint;
}

/** The big day in a folder and in a bucket by turns; then its statistics once more, with nothing kept on the local disk. */
async function bigDayInBucket(endpoint: string): Promise<readonly Result[]> {
  const exchange = exchangeDays(bigDay, bigDay, bigDayPostings, bigDayCustomers);
  const close = ['run', 'daily-accounting', '--date', bigDay, ...closed];
  const ratios: number[] = [];
  let peakBytes = 0;
  for (let pair = 0; pair < pairs; pair += 1) {
    const [folder, bucket] = [
      openProject(accountsOf(exchange, bigDay)),
      openProject(accountsOf(exchange, bigDay, { targets: inBucket(`day-${pair}`) })),
    ];
    const there = await folder.daybook(...close);
    const here = await bucket.daybook(...close);
    ratios.push(here.wallMs / there.wallMs);
    peakBytes = Math.max(peakBytes, here.peakBytes ?? Number.NaN);
    folder.remove();
    bucket.remove();
  }
  const moved = await movedByStatistics(exchange, endpoint);
  return [
    {
      what: 'the big day in a bucket, against the same in a folder',
      figure: `${median(ratios).toFixed(2)} ×`,
      bar: 'at most 1.3 ×',
      holds: median(ratios) <= 1.3,
    },
    {
      what: 'peak memory of the whole process tree in that',
      figure: mebibytes(peakBytes),
      bar: 'at most 1 GiB',
      holds: peakBytes <= 1024 ** 3,
    },
    {
      what: "what the statistics job fetches of the day's transactions",
      figure: `${(moved.share * 100).toFixed(1)} % in ${moved.ranges} requests`,
      bar: 'at most 45 %',
      holds: moved.share <= 0.45,
    },
  ];
}

async function movedByStatistics(
  exchange: string,
  endpoint: string,
): Promise<{ readonly share: number; readonly ranges: number }> {
  const parts = { targets: inBucket('day-0'), runner: 'localRunner({ cache: { bytes: 0 } })' };
  const project = openProject(accountsOf(exchange, bigDay, parts));
  const wire = await openWire(endpoint);
  try {
    const { targets } = await configOf(project.folder);
    const task = `transactions/date=${bigDay}`;
    const manifest = parseManifest((await targets.readManifest(task, 1)) ?? new Uint8Array(), task, 1);
    reach(wire.endpoint);
    await project.daybook('run', 'account-statistics', '--date', bigDay, '--force', ...closed);
    const fetched = wire
      .taken()
      .filter(({ method, url }) => method === 'GET' && url.includes('/transactions/attempts/'));
    const bytes = fetched.reduce((sum, each) => sum + each.bytes, 0);
    const all = manifest.parts.reduce((sum, part) => sum + part.bytes, 0);
    return { share: bytes / all, ranges: fetched.length };
  } finally {
    reach(endpoint);
    await wire.close();
    project.remove();
  }
}

async function freshMonthInBucket(endpoint: string): Promise<readonly Result[]> {
  const days = exchangeDays('2018-07-01', '2018-07-31', 10_000, 2000);
  const project = openProject(accountsOf(days, '2018-07-01', { targets: inBucket('month') }));
  const wire = await openWire(endpoint);
  const close = ['run', 'monthly-accounting', '--month', '2018-07', ...closed];
  try {
    await project.daybook(...close);
    reach(wire.endpoint);
    const wallMs = await medianWallMs(3, async () => {
      wire.taken();
      return await project.daybook(...close);
    });
    const all = wire.taken();
    const manifests = all.filter(({ method, url }) => method === 'GET' && /\/\d{8}\.json/.test(url)).length;
    const config = await configOf(project.folder);
    const month = definitionOf(config, 'monthly-accounting') as unknown as (values: object) => never;
    const prepared = await prepare(config, { roots: [month({ month: '2018-07' })], today: '2018-09-01' });
    wire.taken();
    await prepared.again();
    const known = wire.taken().length;
    return [
      {
        what: 'requests of a run over a fresh month in a bucket, its manifests known',
        figure: `${known} requests`,
        bar: 'at most 100',
        holds: known <= 100,
      },
      {
        what: 'the same by a new process',
        figure: `${manifests} manifests and ${all.length - manifests} other requests in ${seconds(wallMs)}`,
        bar: 'one GET a manifest beside at most 100',
        holds: all.length - manifests <= 100,
      },
    ];
  } finally {
    reach(endpoint);
    await wire.close();
    project.remove();
  }
}

/** A plan over three fresh years, where each request takes as long as it does on S3. */
async function threeYearsInBucket(endpoint: string): Promise<readonly Result[]> {
  const [first, last, today] = ['2018-01-01', '2020-12-31', '2021-02-01'] as const;
  const project = openProject(accountsOf('nowhere', first, { targets: inBucket('years') }));
  const wire = await openWire(endpoint, latencyMs);
  try {
    const tasks = await publishEverything(project.folder, 'accounting', { through: last }, today);
    reach(wire.endpoint);
    const { wallMs } = await project.daybook('plan', 'accounting', '--through', last, '--today', today);
    return [
      {
        what: `\`plan\` over three fresh years of days in a bucket, ${tasks.toLocaleString('en')} tasks, ${latencyMs} ms a request`,
        figure: `${seconds(wallMs)}, ${wire.taken().length} requests`,
        bar: 'seconds: under 10 s',
        holds: wallMs < 10_000,
      },
    ];
  } finally {
    reach(endpoint);
    await wire.close();
    project.remove();
  }
}
