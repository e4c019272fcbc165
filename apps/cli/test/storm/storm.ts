import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { S3 } from '@aws-sdk/client-s3';
import type { SeededRandom } from '@daybook/core/testing';
import { seededRandom } from '@daybook/core/testing';
import { s3Targets } from '@daybook/target-s3';
import { faultProxy, seededFaults } from '../../../../packages/target-s3/test/fault-proxy.ts';
import { testCredentials } from '../../../../packages/target-s3/test/servers/server-kinds.ts';
import type { Place } from '../month/daybook.config.ts';
import { closing, monthProject, publishedInPeace, smallMonth, startMonth } from '../month/small-month.ts';
import type { ProcessGroup } from '../process-group.ts';
import { different, lostResults, publishedIn } from '../published.ts';

/** What became of one round. */
export interface StormRound {
  readonly killed: number;
  /** How many requests reached the proxy. */
  readonly requests: number;
  /** What is not as it is after one run on a folder that nobody disturbs. */
  readonly wrong: readonly string[];
}

/**
 * Rounds in which several processes close the same month in one bucket, through a bad network, and are killed at random,
 * while late postings come in.
 */
export interface Storm {
  round(seed: number): Promise<StormRound>;
  remove(): void;
}

const processes = 8;
const ledgerStart = '2018-07-27';
const alone = [...closing, '--workers', '1'];
const packages = fileURLToPath(new URL('../../../../node_modules', import.meta.url));

/** Prepares an exchange and one run on a folder, to hold the rounds against. `endpoint`: of a server that speaks S3. */
export async function storm(endpoint: string): Promise<Storm> {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-storm-'));
  symlinkSync(packages, join(folder, 'node_modules'));
  monthProject(folder);
  const stateFolder = join(folder, '.daybook');
  const month = await smallMonth(folder, ledgerStart);
  const exchange = month.exchange(join(folder, 'in-peace'));
  await month.comeLate(exchange);
  const right = await publishedInPeace(folder, alone, { ledgerStart, exchange });
  return {
    async round(seed) {
      const random = seededRandom(seed);
      const round = {
        ledgerStart,
        exchange: month.exchange(join(folder, `round-${seed}`)),
        bucket: await newBucket(endpoint),
      };
      rmSync(stateFolder, { recursive: true, force: true });
      const proxy = await faultProxy(endpoint, seededFaults(seededRandom(seed + 1), 40));
      const stormy = { ...round, bucket: { ...round.bucket, endpoint: proxy.endpoint } };
      try {
        const coming = month.comeLate(round.exchange, random.below(6000));
        const killed = await closeInStorm(folder, stormy, random);
        await coming;
        const target = s3Targets({ prefix: 'books', credentials: testCredentials, ...round.bucket });
        const wrong = [
          ...(await wrongRun(folder, alone, stormy)),
          ...(await wrongRun(folder, ['verify', '--deep'], round)),
          ...(await lostResults(stateFolder, target)),
          ...different(right, await publishedIn(target)),
        ];
        return { killed, requests: proxy.seen.length, wrong };
      } finally {
        await proxy.close();
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Eight processes at once. Each runs some times, and is killed with its children at a random moment, or comes to its end. */
async function closeInStorm(folder: string, place: Place, random: SeededRandom): Promise<number> {
  const lives = Array.from({ length: processes }, () =>
    Array.from({ length: 1 + random.below(4) }, () =>
      random.oneIn(5) ? undefined : 400 + random.below(4000),
    ),
  );
  const killed = lives.map(async (life) => {
    let count = 0;
    for (const killAfterMs of life) {
      const run = startDaybook(folder, alone, place);
      const timer = killAfterMs === undefined ? undefined : setTimeout(run.kill, killAfterMs);
      if ((await run.ended).signal === 'SIGKILL') count += 1;
      clearTimeout(timer);
    }
    return count;
  });
  return (await Promise.all(killed)).reduce((sum, count) => sum + count, 0);
}

/** Nothing where the command ends well; a network this bad may use up the retries of a task, so a run is begun again. */
async function wrongRun(folder: string, words: readonly string[], place: Place): Promise<readonly string[]> {
  const tries = words[0] === 'run' ? 4 : 1;
  let said = '';
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const { code, text } = await startDaybook(folder, words, place).ended;
    if (code === 0) return [];
    said = `daybook ${words.join(' ')} exits ${code}: ${text}`;
  }
  return [said];
}

async function newBucket(endpoint: string): Promise<NonNullable<Place['bucket']>> {
  const bucket = `storm-${randomBytes(6).toString('hex')}`;
  const client = new S3({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: testCredentials,
  });
  await client.createBucket({ Bucket: bucket });
  client.destroy();
  return { bucket, endpoint };
}

function startDaybook(folder: string, words: readonly string[], place: Place): ProcessGroup {
  return startMonth(folder, words, place, {
    AWS_ACCESS_KEY_ID: testCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: testCredentials.secretAccessKey,
  });
}
