import { codeDigestOf } from '../code-digest.ts';
import { assert } from '../assert.ts';
import { sha256 } from '../digest.ts';
import type { Manifest, Part } from '../manifest.ts';
import type { Outcome, RunContext, Runner, Work } from '../runner.ts';
import type { AttemptToken, Target } from '../target.ts';
import type { Task, TaskId } from '../task.ts';
import { tasksOf } from '../task.ts';
import { allOf, chunksOf, partOf, tokenOf } from './law-bytes.ts';
import type { RunnerFixtureName } from './runner-fixture-bytes.ts';
import { runnerFixtureBytes } from './runner-fixture-bytes.ts';
import { runnerFixtures } from './runner-fixtures.ts';
import { counted, everyType, member } from './runner-law-tasks.ts';
import { memberValues } from './runner-fixtures.ts';
import type { OpenRunner, RunnerLawOptions } from './runner-laws.ts';

/** What one Work is given; what is left out is plain. */
export interface WorkGiven {
  /** The fixtures that are the parts of each input task. */
  readonly inputs?: Readonly<Record<TaskId, readonly RunnerFixtureName[]>>;
  readonly attempt?: AttemptToken;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  readonly current?: Work['current'];
}

/** What a law of runners is checked on. */
export interface RunnerSubject {
  readonly runner: Runner;
  readonly target: Target;
  readonly options: RunnerLawOptions;
  work(task: Task, given?: WorkGiven): Promise<Work>;
  /** Runs a batch to its end and gives its outcomes as they came. */
  run(batch: readonly Work[], context?: Partial<RunContext>): Promise<readonly Outcome[]>;
  /** Runs one Work; there must be one outcome. */
  end(task: Task, given?: WorkGiven): Promise<Outcome>;
  /** The digest of every file of the target by its path. */
  files(): Promise<ReadonlyMap<string, string>>;
  /** The rows of parts as JSON arrays, in order of their text. */
  rows(parts: readonly Part[], declaration: Manifest['output']): Promise<readonly string[]>;
  /** What was asked of the target that is a worker's to ask, such as publishing. */
  readonly trespasses: readonly string[];
}

/** An input for each external task that is a fixture in most laws. */
const usualInputs: Readonly<Record<TaskId, readonly RunnerFixtureName[]>> = {
  [everyType().id]: ['every-type'],
  [counted().id]: ['few-counted'],
  [member(memberValues[0]).id]: ['first-member'],
  [member(memberValues[1]).id]: ['second-member'],
};

/** No law takes so long, except where a runner does not end what it should. */
const usualPatienceMs = 20_000;

export function runnerSubject(opened: OpenRunner, options: RunnerLawOptions): RunnerSubject {
  const { runner } = opened;
  const trespasses: string[] = [];
  const target = watched(opened.target, (what) => trespasses.push(what));
  const fixtures = new Map<RunnerFixtureName, Promise<Part>>();
  let attempts = 0;
  const partsOf = async (names: readonly RunnerFixtureName[]): Promise<readonly Part[]> =>
    await Promise.all(
      names.map((name) => {
        const part = fixtures.get(name) ?? stageFixture(opened.target, name);
        fixtures.set(name, part);
        return part;
      }),
    );
  const subject: RunnerSubject = {
    runner,
    target: opened.target,
    options,
    trespasses,
    async work(task, given = {}) {
      const { job } = task.definition;
      assert(job, `${task.id} has a job.`);
      attempts += 1;
      const attempt = given.attempt ?? tokenOf(attempts, 2);
      const declared = task.definition.inputsOf(task.values);
      const pinned = Object.entries(declared).flatMap(([input, tasks]) =>
        tasksOf(tasks).map(({ id }) => ({ input, task: id, version: 1, fingerprint: sha256(id) })),
      );
      const inputs = [];
      for (const each of pinned)
        inputs.push({ ...each, parts: await partsOf({ ...usualInputs, ...given.inputs }[each.task] ?? []) });
      return {
        task,
        attempt,
        job,
        declared,
        inputs,
        stage: target.stage(task.id, attempt),
        codeDigest: codeDigestOf(task.definition),
        signal: given.signal ?? new AbortController().signal,
        ...(given.timeoutMs === undefined ? {} : { timeoutMs: given.timeoutMs }),
        ...(given.current === undefined ? {} : { current: given.current }),
      };
    },
    async run(batch, context = {}) {
      const { configPath } = opened;
      const running = allOf(
        runner.run(batch, {
          target,
          run: 'laws',
          today: '2018-08-01',
          progress: () => undefined,
          ...(configPath === undefined ? {} : { configPath }),
          ...context,
        }),
      );
      const what = batch.map(({ task }) => task.id).join(', ');
      return await inTime(running, what, options.patienceMs ?? usualPatienceMs);
    },
    async end(task, given) {
      const outcomes = await subject.run([await subject.work(task, given)]);
      assert(outcomes.length === 1, `${task.id} ended ${outcomes.length} times.`);
      return outcomes[0] as Outcome;
    },
    async files() {
      const found = await opened.files();
      return new Map([...found].map(([path, bytes]) => [path, sha256(bytes)]));
    },
    async rows(parts, declaration) {
      const readRows = opened.readRows ?? runner.readRows;
      assert(readRows, `${runner.name} reads no rows: give the laws a \`readRows\` that does.`);
      const orderBy = declaration.kind === 'table' ? declaration.columns.map(([name]) => name) : [];
      const read = readRows.call(runner, opened.target, parts, declaration, { orderBy, as: 'json' });
      return (await allOf(read)).flat().sort();
    },
  };
  return subject;
}

async function stageFixture(target: Target, name: RunnerFixtureName): Promise<Part> {
  const stage = target.stage(`law-fixture/of=${name}`, tokenOf(1));
  const bytes = Buffer.from(runnerFixtureBytes[name], 'base64');
  await stage.write('part-0.parquet', chunksOf(bytes));
  const [file] = await stage.sync(['part-0.parquet']);
  return { ...partOf(stage, file, sha256(bytes)), rows: runnerFixtures[name].rows.length };
}

async function inTime<T>(work: Promise<T>, what: string, patienceMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not end in ${patienceMs / 1000} s.`)), patienceMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The same target, telling of what no runner may ask for. */
function watched(target: Target, tell: (what: string) => void): Target {
  return {
    name: target.name,
    taskNames: () => target.taskNames(),
    currentVersions: (under) => target.currentVersions(under),
    currentVersion: (task) => target.currentVersion(task),
    readManifest: (task, version) => target.readManifest(task, version),
    createManifest: (task, version, bytes) => {
      tell(`publish version ${version} of ${task}`);
      return target.createManifest(task, version, bytes);
    },
    stage: (task, attempt) => target.stage(task, attempt),
    read: (part, ranges) => target.read(part, ranges),
    attempts: (under) => target.attempts(under),
    remove: (attempt) => {
      tell(`remove ${attempt.attempt}`);
      return target.remove(attempt);
    },
  };
}
