import type { Outcome, RunContext, RunnerFacts, SparkJob, Work } from '@daybook/core';
import { assert, DaybookError } from '@daybook/core';
import type { CheckedEmrOptions } from '../check-options.ts';
import type { StepFacts, StepService } from '../cluster/steps.ts';
import type { Documents } from '../documents.ts';
import { areReadAlike } from '../documents/open-documents.ts';
import { hadoopPath } from './hadoop-path.ts';
import { outcomeOf } from './outcome-of.ts';
import { parseResult } from './parse-result.ts';
import { planOf, writtenFolder } from './plan-of.ts';
import { programInputs } from './program-inputs.ts';
import type { Result } from './result.ts';
import { explained, outcomeOfError, outcomeOfStep, placeOf, runStep } from './run-step.ts';
import { applicationStep, programStep } from './spark-submit.ts';
import type { Uploads } from './uploads.ts';
import { WaitingWorks } from './waiting-works.ts';

/** What submissions are made with. */
export interface Submitting {
  readonly options: CheckedEmrOptions;
  readonly documents: Documents;
  readonly uploads: Uploads;
  readonly steps: StepService;
  /** 32 hex digits that nobody else has. */
  newToken(): string;
}

/** To what a step may run longer than all time limits of its works together, before it is taken to hang. */
const slackMs = 10 * 60_000;

/**
 * Submits works and tells how each ended, as it does: those that are SQL as one step, the program of each that is a Spark
 * job as one of its own, with a second that looks at what it wrote. Throws only for a bug.
 */
export async function submit(
  works: readonly Work[],
  context: RunContext,
  by: Submitting,
  tell: (outcome: Outcome) => void,
): Promise<void> {
  const wanted = works.filter(({ signal }) => !signal.aborted);
  for (const work of works.filter((each) => !wanted.includes(each)))
    tell({ attempt: work.attempt, kind: 'cancelled' });
  const statements = wanted.filter(({ job }) => job.kind === 'sql');
  const programs = wanted.filter(({ job }) => job.kind === 'spark');
  assert(statements.length + programs.length === wanted.length, 'Only SQL and Spark jobs come here.');
  await Promise.all([
    ...(statements.length === 0 ? [] : [submission(statements, context, by, tell)]),
    ...programs.map(async (work) => await submitProgram(work, context, by, tell)),
  ]);
}

/** Two steps: the program writes, then the application controls and measures what is there. */
async function submitProgram(
  work: Work,
  context: RunContext,
  by: Submitting,
  tell: (outcome: Outcome) => void,
): Promise<void> {
  const token = by.newToken();
  const waiting = new WaitingWorks([work], tell);
  const doing = `The program ${(work.job as SparkJob).program.name}`;
  try {
    const end = await runStep(
      by.steps,
      {
        token,
        label: `${work.task.name}, its program`,
        arguments: await programArguments(work, token, context, by),
        waiting,
        ...(work.timeoutMs === undefined ? {} : { limitMs: work.timeoutMs }),
      },
      context,
    );
    if (end.kind === 'completed') {
      const { seconds, costUsd } = end.facts;
      return await submission([withinLimit(work, seconds)], context, by, tell, { token, cost: costUsd });
    }
    const told = await explained(by.steps, end, work.signal);
    const outcome =
      told.kind === 'failed' && !work.signal.aborted
        ? ({
            attempt: work.attempt,
            kind: 'failed',
            fault: 'task',
            error: { code: 'job-failed', message: `${doing} of ${work.task.id} failed: ${told.why}` },
          } as const)
        : outcomeOfStep(work, told, doing);
    waiting.settle([outcome], 'facts' in end ? end.facts?.costUsd : undefined);
  } catch (error) {
    waiting.settle([outcomeOfError(work, error)], undefined);
  }
}

/** The work with what is left of its time limit. */
function withinLimit(work: Work, seconds: number): Work {
  const { timeoutMs } = work;
  return timeoutMs === undefined ? work : { ...work, timeoutMs: Math.max(1, timeoutMs - seconds * 1000) };
}

async function programArguments(
  work: Work,
  token: string,
  { target }: RunContext,
  { options, documents, uploads }: Submitting,
): Promise<readonly string[]> {
  const job = work.job as SparkJob;
  checkStage(work, options);
  const inputs = `${options.scratch}plans/${token}-inputs.json`;
  await documents.write(inputs, jsonBytes(programInputs(work, target)));
  const places = new Map<string, string>();
  for (const file of [job.program, ...(job.files ?? [])])
    places.set(file.path, hadoopPath(await uploads.file(file)));
  return programStep({
    task: work.task.id,
    job,
    values: work.task.values,
    place: (file) => places.get(file.path) ?? file.path,
    inputs: hadoopPath(inputs),
    output: writtenFolder(work, token),
    settings: options.spark,
  });
}

/** One step of the application for all these works. */
async function submission(
  works: readonly Work[],
  context: RunContext,
  by: Submitting,
  tell: (outcome: Outcome) => void,
  program?: { readonly token: string; readonly cost: string | undefined },
): Promise<void> {
  const { documents, options } = by;
  const token = program?.token ?? by.newToken();
  const waiting = new WaitingWorks(works, tell);
  const doing = 'The step';
  const settleFound = async (facts: () => Promise<StepFacts | undefined>): Promise<void> => {
    const found: { readonly work: Work; readonly result: Result }[] = [];
    for (const work of waiting.works) {
      const result = await resultOf(work, documents);
      if (result !== undefined) found.push({ work, result });
    }
    if (found.length === 0) return;
    const where = await facts();
    const outcomes = await Promise.all(
      found.map(async ({ work, result }) => await outcomeFound(work, result, where, by)),
    );
    waiting.settle(outcomes, together(where?.costUsd, program?.cost));
  };
  try {
    works.forEach((work) => checkStage(work, options));
    const plan = `${options.scratch}plans/${token}.json`;
    await documents.write(plan, jsonBytes(planOf(works, { target: context.target, submission: token })));
    const script = await by.uploads.application();
    const end = await runStep(
      by.steps,
      {
        token: program === undefined ? token : by.newToken(),
        label: labelOf(works),
        arguments: applicationStep({
          script: hadoopPath(script),
          plan: hadoopPath(plan),
          settings: options.spark,
        }),
        waiting,
        ...limitOf(works),
        look: settleFound,
        unwanted: async (work) => await documents.write(`${work.stage.uri}cancel`, new Uint8Array()),
      },
      context,
    );
    const facts = 'facts' in end ? end.facts : undefined;
    await settleFound(async () => facts);
    if (waiting.works.length === 0) return;
    const told = await explained(by.steps, end, AbortSignal.any(waiting.works.map(({ signal }) => signal)));
    waiting.settle(
      waiting.works.map((work) => outcomeOfStep(work, told, doing)),
      together(facts?.costUsd, program?.cost),
    );
  } catch (error) {
    waiting.settle(
      waiting.works.map((work) => outcomeOfError(work, error)),
      undefined,
    );
  }
}

async function resultOf({ stage }: Work, documents: Documents): Promise<Result | undefined> {
  const uri = `${stage.uri}result.json`;
  const bytes = await documents.read(uri);
  return bytes === undefined ? undefined : parseResult(bytes, uri);
}

/** The outcome of a result, its parts made durable, and where it came from where it did not go well. */
async function outcomeFound(
  work: Work,
  result: Result,
  facts: StepFacts | undefined,
  { options }: Submitting,
): Promise<Outcome> {
  // Whatever it came to, nobody wants it.
  if (work.signal.aborted) return { attempt: work.attempt, kind: 'cancelled' };
  const place: RunnerFacts = facts === undefined ? {} : { cluster: facts.cluster, step: facts.step };
  try {
    const names = result.outcome === 'staged' ? result.parts.map(({ name }) => name) : [];
    const files = names.length === 0 ? [] : await work.stage.sync(names);
    const outcome = outcomeOf(work, result, { files, runner: { name: options.name, ...place } });
    if (outcome.kind !== 'failed' || facts === undefined) return outcome;
    const { error } = outcome;
    return {
      ...outcome,
      error: { ...error, message: `${error.message}\n${placeOf(facts, result.application)}` },
    };
  } catch (error) {
    return outcomeOfError(work, error);
  }
}

/** A time limit for the step as a whole, where each of its works has one: the application itself ends single works. */
function limitOf(works: readonly Work[]): { readonly limitMs?: number } {
  let limitMs = slackMs;
  for (const { timeoutMs } of works) {
    if (timeoutMs === undefined) return {};
    limitMs += timeoutMs;
  }
  return { limitMs };
}

function labelOf(works: readonly Work[]): string {
  const [first] = works;
  return works.length === 1 ? (first?.task.id ?? '') : `${first?.task.name ?? ''}, ${works.length} tasks`;
}

/** A cluster of AWS reads no folder of this machine, and what comes of a work is read as the scratch is. */
function checkStage({ task, stage }: Work, { endpoint, name, scratch }: CheckedEmrOptions): void {
  if (stage.uri.startsWith('file:') && endpoint === undefined) {
    throw new DaybookError(
      'config-invalid',
      `${task.id} is to be made by ${name}, a cluster, in the folder ${stage.uri} of this machine: give the configuration s3Targets({ … }).`,
    );
  }
  if (areReadAlike(stage.uri, scratch)) return;
  const place = stage.uri.startsWith('file:') ? 'a folder' : 'a bucket';
  throw new DaybookError(
    'config-invalid',
    `${task.id} is to be made by ${name} in ${stage.uri}, and the scratch of ${name} is ${scratch}: give it ${place} too.`,
  );
}

function together(a: string | undefined, b: string | undefined): string | undefined {
  return a === undefined || b === undefined ? a : String(Number(a) + Number(b));
}

function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
