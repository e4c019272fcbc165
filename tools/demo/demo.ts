/**
 * The main job from nothing, to be watched: an exchange that is a process of its own, a month closed from it over HTTP, late
 * postings, and the same month closed again. Everything it makes is in the folder given, by default `.demo`; with
 * `--server moto` or `--server versitygw` the data is in a bucket of such a server, which ends with the demonstration, and with
 * `--spark 3.5.6` or `--spark 4.0.2` besides, SQL is done by that Spark, on clusters of `emr-local`.
 */
import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { S3 } from '@aws-sdk/client-s3';
import {
  missingFor,
  quickSparkConf,
  sparkEnvironment,
  sparkKinds,
} from '../../packages/emr-local/test/spark/spark-kinds.ts';
import { serverKinds, testCredentials } from '../../packages/target-s3/test/servers/server-kinds.ts';
import type { RunningServer } from '../../packages/target-s3/test/servers/start-server.ts';
import { startServer } from '../../packages/target-s3/test/servers/start-server.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    server: { type: 'string' },
    spark: { type: 'string' },
    'postings-per-day': { type: 'string', default: '2000' },
  },
});
const folder = resolve(positionals[0] ?? join(root, '.demo'));
const bucket = 'books';
const month = '2018-07';
const today = '2018-08-01';
const lateDay = '2018-07-30';

const serverName = options.server ?? (options.spark === undefined ? undefined : 'moto');
const server = serverName === undefined ? undefined : await serverNamed(serverName);
const emr = options.spark === undefined ? undefined : await startEmr(options.spark);
const exchange = await startExchange();
try {
  prepareFolder();
  heading(`An exchange is at ${exchange.url}. Its July of 2018 is over: close it.`);
  daybook('run', 'monthly-accounting', '--month', month, '--today', today);

  heading('The first accounts of the monthly report:');
  daybook('show', 'monthly-accounting-report', '--month', month, '--limit', '8');

  await tell('/control/late', { date: lateDay, transactions: 3 });
  heading(
    `Three transactions of ${lateDay} arrive late. The last two days are fetched again on each run: run again.`,
  );
  daybook('run', 'monthly-accounting', '--month', month, '--today', today);

  heading('Only what they touch was restated. Why, for one of the reports:');
  daybook('history', 'monthly-accounting-report', '--month', month);

  heading('The reports as files for people:');
  const days = ['--from', `${month}-29`, '--through', `${month}-31`];
  daybook('export', 'accounting-report-tsv', ...days, '--to', 'reports');
  daybook('export', 'monthly-accounting-report-tsv', '--month', month, '--to', 'reports');

  if (server === undefined) {
    sayWhatToTry();
  } else {
    if (emr !== undefined) daybook('emr', 'clusters');
    daybook('verify');
    heading('The data was in a bucket of a server that ends now. How to use one of your own: docs/s3.md.');
  }
} finally {
  exchange.process.kill('SIGTERM');
  emr?.process.kill('SIGTERM');
  await server?.stop();
}

function sayWhatToTry(): void {
  const place = relative(process.cwd(), folder);
  heading(`The data is in ${place}/data: Parquet and TSV, with a manifest for each version. Try:`);
  process.stdout.write(
    [
      `cd ${place}`,
      `npx daybook status --from ${month}-18 --through ${month}-31 --today ${today}`,
      `npx daybook show house-accounting-report --date ${lateDay}`,
      `npx daybook show monthly-accounting-summary --month ${month}`,
      `npx daybook why accounting-report --date ${lateDay} --today ${today}`,
      `npx daybook export monthly-accounting-summary-tsv --month ${month} --to reports`,
      `npx daybook graph monthly-accounting`,
      `npx daybook verify`,
    ]
      .map((line) => `  ${line}\n`)
      .join(''),
  );
}

function heading(text: string): void {
  process.stdout.write(`\n── ${text}\n\n`);
}

function prepareFolder(): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const example = emr !== undefined ? 'emr' : server !== undefined ? 's3' : 'local';
  copyFileSync(join(root, 'examples', example, 'daybook.config.ts'), join(folder, 'daybook.config.ts'));
}

/** Runs the command as a user would, and ends the demonstration where it fails. */
function daybook(...args: readonly string[]): void {
  process.stdout.write(`$ npx daybook ${args.join(' ')}\n`);
  const bin = join(root, 'apps/cli/bin/daybook.js');
  const { status } = spawnSync(process.execPath, [bin, ...args], {
    cwd: folder,
    stdio: 'inherit',
    env: { ...process.env, EXCHANGE_URL: exchange.url, ...bucketEnvironment(), ...emr?.environment },
  });
  if (status === 0) return;
  exchange.process.kill('SIGTERM');
  emr?.process.kill('SIGTERM');
  // The server ends with this process.
  process.stderr.write(`The demonstration ends here: daybook exited with ${String(status)}.\n`);
  process.exit(1);
}

/** A server of `npm run servers`, with an empty bucket. */
async function serverNamed(name: string): Promise<RunningServer> {
  const kind = serverKinds.find((each) => each.name === name);
  if (kind === undefined)
    throw new Error(`There is no server "${name}": ${serverKinds.map((each) => each.name).join(' or ')}.`);
  const running = await startServer(kind);
  const client = new S3({
    endpoint: running.endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: testCredentials,
  });
  await client.createBucket({ Bucket: bucket });
  client.destroy();
  return running;
}

/** What the configuration of the example for S3 reads. */
function bucketEnvironment(): Readonly<Record<string, string>> {
  if (server === undefined) return {};
  return {
    DAYBOOK_ENDPOINT: server.endpoint,
    DAYBOOK_BUCKET: bucket,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: testCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: testCredentials.secretAccessKey,
  };
}

async function startExchange(): Promise<Service> {
  const args = [
    '--port',
    '0',
    '--seed',
    '2018',
    '--today',
    today,
    '--postings-per-day',
    options['postings-per-day'],
    '--customers',
    '300',
  ];
  return await startService('packages/exchange-simulator/bin/exchange-simulator.js', args, {});
}

/** EMR on this machine with a Spark of `npm run spark`, and what the configuration of the example reads. */
async function startEmr(version: string): Promise<Service & { readonly environment: Environment }> {
  const kind = sparkKinds.find((each) => each.version === version);
  if (kind === undefined)
    throw new Error(
      `There is no Spark "${version}": ${sparkKinds.map((each) => each.version).join(' or ')}.`,
    );
  const missing = missingFor(kind);
  if (missing !== undefined) throw new Error(missing);
  const store = ['--s3-endpoint', server?.endpoint ?? ''];
  const confs = Object.entries(quickSparkConf).map(([name, value]) => `${name}=${value}`);
  const service = await startService(
    'packages/emr-local/bin/emr-local.js',
    [...store, '--spark-submit', kind.sparkSubmit, ...confs.flatMap((conf) => ['--spark-conf', conf])],
    { ...sparkEnvironment(kind), ...bucketEnvironment() },
  );
  const environment = { DAYBOOK_EMR_ENDPOINT: service.url, DAYBOOK_EMR_RELEASE: kind.release };
  return { ...service, environment };
}

type Environment = Readonly<Record<string, string>>;

interface Service {
  readonly url: string;
  readonly process: ChildProcess;
}

/** Starts a program that says its URL as it listens. */
async function startService(
  path: string,
  args: readonly string[],
  environment: Environment,
): Promise<Service> {
  const child = spawn(process.execPath, [join(root, path), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  });
  const url = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const found = /http:\/\/[^\s)]+/.exec(said);
      if (found !== null) resolve(found[0]);
    });
    child.once('exit', (code) => reject(new Error(`${path} ended with ${String(code)} before it listened.`)));
  });
  return { url, process: child };
}

async function tell(path: string, body: unknown): Promise<void> {
  const answer = await fetch(new URL(path, exchange.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok)
    throw new Error(`The exchange answered ${answer.status} to ${path}: ${await answer.text()}`);
}
