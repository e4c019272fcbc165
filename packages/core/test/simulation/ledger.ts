import type { AttemptEnd } from '../../src/attempt.ts';
import type { Graph } from '../../src/graph.ts';
import type { RunAttempt } from '../../src/run.ts';
import type { TaskId } from '../../src/task.ts';
import type { Store } from './store.ts';
import type { World } from './world.ts';

/** What became of each attempt and each run, as those who did the work were told. */
export interface Ledger {
  /** How many tasks in all were begun. */
  begun(): number;
  started(lease: RunAttempt): void;
  ended(lease: RunAttempt, end: AttemptEnd): void;
  /** A run of `graph` ended well, having looked at the target after `count` versions had been published, or later. */
  runEndedWell(who: string, graph: Graph, count: number): void;
  /** Holds what was said of attempts against what is stored. */
  check(): void;
}

/** So often nobody else can have been first: it goes on for ever. */
const tooManyInARow = 30;

export function newLedger(world: World, store: Store): Ledger {
  const ends = new Map<string, { readonly task: TaskId; readonly end: AttemptEnd }>();
  const supersededInARow = new Map<TaskId, number>();
  let begun = 0;
  return {
    begun: () => begun,
    started() {
      begun += 1;
    },
    ended({ attempt, task }, end) {
      world.note(task, `${attempt} ${endText(end)}`);
      if (ends.has(attempt)) world.violate(`the attempt ${attempt} at ${task} ends twice`);
      ends.set(attempt, { task, end });
      const inARow = end.kind === 'superseded' ? (supersededInARow.get(task) ?? 0) + 1 : 0;
      supersededInARow.set(task, inARow);
      if (inARow === tooManyInARow) world.violate(`${task} is superseded ${inARow} times in a row`);
      if ('error' in end && end.error.code === 'bug')
        world.violate(`a bug in ${task}: ${end.error.stack ?? end.error.message}`);
    },
    runEndedWell(who, graph, count) {
      for (const node of graph.values()) {
        const why = staleFor(store, node.task.id, count);
        if (why !== undefined) world.violate(`${who} ends well, and ${why}`);
      }
    },
    check() {
      const byAttempt = new Map(store.published.map((each) => [each.attempt.slice(-32), each]));
      for (const [attempt, { task, end }] of ends) {
        const there = byAttempt.get(attempt);
        const published = end.kind === 'published' || end.kind === 'unchanged';
        if (published && (there?.task !== task || there.version !== end.version))
          world.violate(`${attempt} is said to be version ${end.version} of ${task}, and is not`);
        if (end.kind === 'superseded' && there !== undefined)
          world.violate(`${attempt} is said to be superseded, and is version ${there.version} of ${task}`);
      }
    },
  };
}

/** Why the newest version of a task is not made from any of the fingerprints that its inputs have had since. */
function staleFor({ published, versionAt }: Store, task: TaskId, count: number): string | undefined {
  const newest = published.findLast((manifest) => manifest.task === task);
  for (const { task: input, fingerprint, version } of newest?.inputs ?? []) {
    const from = versionAt(input, count);
    const since = published.filter((each) => each.task === input && each.version >= from);
    if (!since.some((each) => each.fingerprint === fingerprint))
      return `${task} is made from version ${version} of ${input}, and there was ${from}`;
  }
  return undefined;
}

function endText(end: AttemptEnd): string {
  switch (end.kind) {
    case 'published':
    case 'unchanged':
      return `${end.kind} ${end.version} (${end.reason.kind})`;
    case 'superseded':
      return `superseded${end.disagreeing.map((each) => ` ${each}`).join()}`;
    case 'failed':
      return `failed: ${end.error.message}`;
    case 'waiting':
      return `waits for ${end.for}`;
    default:
      return end.kind;
  }
}
