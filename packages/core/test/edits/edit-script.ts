import { addDays, daysBetween } from '../../src/calendar.ts';
import { checkConfig } from '../../src/config.ts';
import { graphOf } from '../../src/graph.ts';
import { manifestStore } from '../../src/manifest-store.ts';
import { run } from '../../src/run.ts';
import type { Target } from '../../src/target.ts';
import type { Task, TaskId } from '../../src/task.ts';
import type { SeededRandom } from '../../src/testing/index.ts';
import { memoryTargets, seededRandom } from '../../src/testing/index.ts';
import { firstDay, today as firstToday } from '../simulation/project.ts';
import type { StubRunner } from '../stub-runner.ts';
import { fingerprintOf, stubRunner, textOf as textOfPart } from '../stub-runner.ts';
import type { EditedProject, ProjectState } from './edited-project.ts';
import { editedProject, editedText, taskNames } from './edited-project.ts';
import type { RunWish } from './model.ts';
import { newModel } from './model.ts';

/** What became of one script: the steps in words, what is wrong, and how much ran. */
export interface ScriptResult {
  readonly seed: number;
  readonly steps: readonly string[];
  readonly wrong: readonly string[];
  readonly ran: number;
}

interface Bench {
  readonly random: SeededRandom;
  state: ProjectState;
  today: string;
  through: string;
  readonly outside: Map<TaskId, string>;
}

/**
 * Edits data, code, lists and days at random, and runs after each edit. What ran must be just what had to, and each output
 * what the rules make it; at the end all are as one gets them who starts from nothing.
 */
export async function editScript(seed: number): Promise<ScriptResult> {
  const random = seededRandom(seed);
  const codes = { postings: 0, rates: 0, statistics: 0, balances: 0, report: 0, summary: 0 };
  const bench: Bench = {
    random,
    state: { codes, window: 2 },
    today: firstToday,
    through: addDays(firstDay, random.below(3)),
    outside: new Map(),
  };
  const target = memoryTargets();
  const model = newModel();
  const steps: string[] = [];
  const wrong: string[] = [];
  let ran = 0;
  for (let step = 0; step < 8; step += 1) {
    const edits = step === 0 ? [] : Array.from({ length: random.below(3) }, () => edit(bench));
    const project = editedProject(bench.state);
    const wish = wishOf(bench, project);
    steps.push(`${edits.join(', ') || 'no edit'}; run ${wishText(wish)}`);
    const graph = graphOf([wish.root]);
    const expected = model.run(graph, bench.state, wish, (task) => outsideText(bench, task));
    const runner = bookkeeper(bench.state, (task) => outsideText(bench, task));
    const outcome = await runOn(target, runner, project, wish);
    if (outcome !== 'ok') wrong.push(`step ${step} ends ${outcome}`);
    ran += runner.ran.length;
    const [is, must] = [runner.ran.toSorted().join(' '), expected.toSorted().join(' ')];
    if (is !== must) wrong.push(`step ${step} ran ${is}, and had to run ${must}`);
    const there = await fingerprints(target, graph.keys());
    for (const [task, fingerprint] of there)
      if (fingerprint !== fingerprintOf(model.text(task) ?? ''))
        wrong.push(`step ${step}: ${task} is not "${model.text(task)}"`);
  }
  wrong.push(...(await comparedWithScratch(bench, target, model.text)));
  return { seed, steps, wrong, ran };
}

/** Starts from nothing with the data that the loaded days have, and says what comes out otherwise. */
async function comparedWithScratch(
  bench: Bench,
  target: Target,
  loaded: (task: TaskId) => string | undefined,
): Promise<readonly string[]> {
  const project = editedProject(bench.state);
  const wish = {
    root: project.all({ through: bench.through }),
    today: bench.today,
    force: false,
    refetch: false,
  };
  const fetched = (task: TaskId): string => loaded(task) ?? outsideText(bench, task);
  // What is due has been fetched and nothing is outside that is newer, so that both are made from the same data.
  const unsalted = { ...bench.state, codes: { ...bench.state.codes, postings: 0, rates: 0 } };
  await runOn(target, bookkeeper(unsalted, fetched), project, wish);
  const scratch = memoryTargets();
  await runOn(scratch, bookkeeper(unsalted, fetched), project, wish);
  const tasks = [...graphOf([wish.root]).keys()];
  const [is, must] = [await fingerprints(target, tasks), await fingerprints(scratch, tasks)];
  return [...must].flatMap(([task, fingerprint]) =>
    is.get(task) === fingerprint ? [] : [`${task} is another one than from scratch`],
  );
}

/** One edit, and what it is in words. */
function edit(bench: Bench): string {
  const { random, state } = bench;
  switch (random.below(6)) {
    case 0:
    case 1: {
      const date = random.pick(daysBetween(firstDay, bench.through));
      const id = random.oneIn(4) ? 'rates' : `postings/date=${date}`;
      const text = outsideText(bench, id);
      const changed = random.oneIn(2) ? `${text} ${random.below(5)}` : `${random.below(5)}${text.slice(1)}`;
      bench.outside.set(id, changed);
      return `${id} is now "${changed}"`;
    }
    case 2: {
      const name = random.pick(taskNames);
      bench.state = { ...state, codes: { ...state.codes, [name]: state.codes[name] + 1 } };
      return `the code of ${name} is now number ${state.codes[name] + 1}`;
    }
    case 3:
      bench.state = { ...state, window: 1 + random.below(4) };
      return `a summary looks at ${bench.state.window} days`;
    case 4:
      bench.today = addDays(bench.today, 1 + random.below(2));
      return `it is ${bench.today}`;
    default: {
      const last = addDays(bench.today, -1);
      if (bench.through < last) bench.through = addDays(bench.through, 1);
      return `it goes through ${bench.through}`;
    }
  }
}

function wishOf({ random, today, through }: Bench, project: EditedProject): RunWish {
  const date = random.pick(daysBetween(firstDay, through));
  const named: Task = random.pick([
    project.postings({ date }),
    project.statistics({ date }),
    project.balances({ date }),
    project.report({ date }),
  ]);
  const root = random.oneIn(4) ? named : project.all({ through });
  return { root, today, force: random.oneIn(6), refetch: random.oneIn(6) };
}

function wishText({ root, force, refetch }: RunWish): string {
  return `${root.id}${force ? ' --force' : ''}${refetch ? ' --refetch' : ''}`;
}

function outsideText({ outside }: Bench, task: TaskId): string {
  return outside.get(task) ?? `${task.length % 5} 1`;
}

/** A runner that makes what the code in `state` makes of the texts of the inputs. */
function bookkeeper(state: ProjectState, outside: (task: TaskId) => string): StubRunner {
  return stubRunner(async ({ task, job, inputs, current, codeDigest }, { target }) => {
    if (job.kind === 'load') {
      const text = editedText(state, task, outside(task.id));
      if (current?.codeDigest !== codeDigest || current.fingerprint !== fingerprintOf(text)) return text;
      return { kind: 'not-modified', source: null, runner: {} };
    }
    const texts = [];
    for (const { input, parts } of inputs) texts.push({ input, text: await textOfPart(target, parts[0]) });
    return editedText(state, task, texts);
  });
}

async function runOn(
  target: Target,
  runner: StubRunner,
  project: EditedProject,
  { root, today, force, refetch }: RunWish,
): Promise<string> {
  const config = checkConfig(
    { targets: target, runners: [runner], tasks: Object.values(project) },
    'a script of edits',
  );
  const { outcome } = await run({ config, roots: [root], today, workers: 2, force, refetch });
  return outcome;
}

async function fingerprints(target: Target, tasks: Iterable<TaskId>): Promise<ReadonlyMap<TaskId, string>> {
  const store = manifestStore(target);
  const found = new Map<TaskId, string>();
  for (const task of tasks) {
    const stored = await store.current(task);
    if (stored !== undefined) found.set(task, stored.manifest.fingerprint);
  }
  return found;
}
