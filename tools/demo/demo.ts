/**
 * The main job from nothing, to be watched: an exchange that is a process of its own, a month closed from it over HTTP, late
 * postings, and the same month closed again. Everything it makes is in the folder given, by default `.demo`.
 */
import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = resolve(process.argv[2] ?? join(root, '.demo'));
const month = '2018-07';
const today = '2018-08-01';
const lateDay = '2018-07-30';

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

  const place = relative(process.cwd(), folder);
  heading(`The data is in ${place}/data: Parquet and TSV, with a manifest for each version. Try:`);
  process.stdout.write(
    [
      `cd ${place}`,
      `npx daybook status --from ${month}-18 --through ${month}-31 --today ${today}`,
      `npx daybook show house-accounting-report --date ${lateDay}`,
      `npx daybook show monthly-accounting-summary --month ${month}`,
      `npx daybook why accounting-report --date ${lateDay} --today ${today}`,
      `npx daybook export monthly-accounting-report-tsv --month ${month} --to reports`,
      `npx daybook graph monthly-accounting`,
      `npx daybook verify`,
    ]
      .map((line) => `  ${line}\n`)
      .join(''),
  );
} finally {
  exchange.process.kill('SIGTERM');
}

function heading(text: string): void {
  process.stdout.write(`\n── ${text}\n\n`);
}

function prepareFolder(): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  copyFileSync(join(root, 'examples/local/daybook.config.ts'), join(folder, 'daybook.config.ts'));
}

/** Runs the command as a user would, and ends the demonstration where it fails. */
function daybook(...args: readonly string[]): void {
  process.stdout.write(`$ npx daybook ${args.join(' ')}\n`);
  const bin = join(root, 'apps/cli/bin/daybook.js');
  const { status } = spawnSync(process.execPath, [bin, ...args], {
    cwd: folder,
    stdio: 'inherit',
    env: { ...process.env, EXCHANGE_URL: exchange.url },
  });
  if (status === 0) return;
  exchange.process.kill('SIGTERM');
  process.stderr.write(`The demonstration ends here: daybook exited with ${String(status)}.\n`);
  process.exit(1);
}

async function startExchange(): Promise<{ readonly url: string; readonly process: ChildProcess }> {
  const bin = join(root, 'packages/exchange-simulator/bin/exchange-simulator.js');
  const args = [
    '--port',
    '0',
    '--seed',
    '2018',
    '--today',
    today,
    '--postings-per-day',
    '2000',
    '--customers',
    '300',
  ];
  const child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const found = /http:\/\/\S+/.exec(said);
      if (found !== null) resolve(found[0]);
    });
    child.once('exit', (code) =>
      reject(new Error(`The exchange ended with ${String(code)} before it listened.`)),
    );
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
