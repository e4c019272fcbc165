import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Outcome, Work } from '@daybook/core';
import type { SparkKind } from '../../../emr-local/test/spark/spark-kinds.ts';
import { quickSparkConf, sparkEnvironment } from '../../../emr-local/test/spark/spark-kinds.ts';
import { outcomeOf } from '../../src/submission/outcome-of.ts';
import { parseResult } from '../../src/submission/parse-result.ts';
import type { Plan } from '../../src/submission/plan.ts';
import { planOf } from '../../src/submission/plan-of.ts';
import type { Result } from '../../src/submission/result.ts';
import { applicationStep } from '../../src/submission/spark-submit.ts';
import type { Placed } from './recorded.ts';

export const script = fileURLToPath(new URL('../../application/daybook_application.py', import.meta.url));

/** What came of a submission. */
export interface Submission {
  readonly exitCode: number | null;
  readonly log: string;
  /** The end of the log without stack traces. */
  readonly lastWords: string;
  readonly seconds: number;
  result(work: Work): Result;
  outcome(work: Work): Promise<Outcome>;
}

/** What suits little data and few processors; no value depends on it. */
const smallSettings = {
  ...quickSparkConf,
  'spark.driver.memory': '1g',
  'spark.log.level': 'WARN',
  // What is divided is to be divided.
  'spark.sql.shuffle.partitions': '3',
};

export interface SubmitOptions {
  /** Where plan and log go. */
  readonly folder: string;
  readonly settings?: Readonly<Record<string, string>>;
  readonly changePlan?: (plan: Plan) => Plan;
  /** Called while it runs. */
  readonly meanwhile?: (started: { readonly pid: number; log(): string }) => Promise<void>;
}

/** Runs works on a real Spark as one submission, as a step of a cluster does. */
export async function submit(
  kind: SparkKind,
  placed: readonly Placed[],
  options: SubmitOptions,
): Promise<Submission> {
  const { folder, changePlan = (plan) => plan } = options;
  const submission = randomBytes(16).toString('hex');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${submission}.json`);
  const works = placed.flatMap(({ work, target }) => planOf([work], { target, submission }).works);
  const plan = { ...planOf([], { target: { name: '' }, submission }), works };
  writeFileSync(path, JSON.stringify(changePlan(plan), undefined, 1));
  const settings = { ...smallSettings, ...options.settings };
  const [, ...words] = applicationStep({ script, plan: `file://${path}`, settings });
  const begun = Date.now();
  const { exitCode, log } = await ran(kind, words, folder, options.meanwhile);
  return {
    exitCode,
    log,
    lastWords: lastWordsOf(log),
    seconds: (Date.now() - begun) / 1000,
    result: (work) => resultOf(work, log),
    async outcome(work) {
      const result = resultOf(work, log);
      const names = result.outcome === 'staged' ? result.parts.map(({ name }) => name) : [];
      return outcomeOf(work, result, { files: await work.stage.sync(names), runner: { name: 'emr' } });
    },
  };
}

async function ran(
  kind: SparkKind,
  words: readonly string[],
  folder: string,
  meanwhile: SubmitOptions['meanwhile'],
): Promise<{ readonly exitCode: number | null; readonly log: string }> {
  const child = spawn(kind.sparkSubmit, ['--master', 'local[2]', ...words], {
    cwd: folder,
    env: { ...process.env, ...sparkEnvironment(kind), PYTHONDONTWRITEBYTECODE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (log += text));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  await meanwhile?.({ pid: child.pid ?? 0, log: () => log });
  const exitCode = await ended;
  return { exitCode, log };
}

function resultOf(work: Work, log: string): Result {
  const path = join(fileURLToPath(work.stage.uri), 'result.json');
  if (!existsSync(path)) throw new Error(`${work.task.id} has no result. ${lastWordsOf(log)}`);
  return parseResult(readFileSync(path), path);
}

function lastWordsOf(log: string): string {
  return log.replaceAll(/^\t(?:at |\.\.\. ).*\n/gm, '').slice(-4000);
}
