import type { Reason, RunResult, TaskId } from '@daybook/core';
import { splitTaskId } from '@daybook/core';
import { indented, wrapped } from './columns.ts';
import { byName, counted, groupBy, membersText } from './ranges.ts';
import { changeText } from './words.ts';

type Ended = RunResult['tasks'][number];

/** Why published outputs were restated: where it began, and which outputs followed from there. */
export interface Cause {
  readonly root: TaskId;
  /** What became of it, such as `changed when it was fetched again`. */
  readonly what: string;
  /** The outputs restated because of it, itself not among them. */
  readonly followed: readonly TaskId[];
}

const mostCauses = 6;
const mostNames = 3;

/**
 * The causes of what a run restated. A restated output that says which input changed leads to that input, and so on up to one
 * that was not made for the sake of an input. Each output names its first changed input alone, so it follows from one cause.
 */
export function causesOf(tasks: readonly Ended[]): readonly Cause[] {
  const reasons = new Map(
    tasks.flatMap(({ task, end }) => ('reason' in end ? [[task, end.reason] as const] : [])),
  );
  const roots = new Map<TaskId, { readonly what: string; readonly followed: TaskId[] }>();
  for (const { task, end } of tasks) {
    // A first version restates nothing, and one with the parts of the version before says nothing new.
    if (end.kind !== 'published' || end.version === 1) continue;
    const { root, what } = rootOf(task, end.reason, reasons);
    const known = roots.get(root) ?? { what, followed: [] };
    roots.set(root, known);
    if (root !== task) known.followed.push(task);
  }
  return [...roots].map(([root, { what, followed }]) => ({ root, what, followed }));
}

/** The causes in a few lines: roots of one name that had the same fate are told together. */
export function causeLines(tasks: readonly Ended[], width: number): readonly string[] {
  const groups = [
    ...groupBy(causesOf(tasks), ({ root, what }) => `${splitTaskId(root).name} ${what}`).values(),
  ];
  const lines = groups.slice(0, mostCauses).flatMap((group) => {
    const [{ root, what }] = group as readonly [Cause, ...Cause[]];
    const roots = group.map((cause) => cause.root);
    const who = roots.length === 1 ? root : `${splitTaskId(root).name} ${membersText(roots)},`;
    const followed = group.flatMap((cause) => cause.followed);
    return [...wrapped(`${who} ${what}`, width), ...indented(followedLines(followed, width - 2))];
  });
  const more = groups.length - mostCauses;
  return more > 0 ? [...lines, `and ${counted(more, 'other cause')}; daybook history tells each`] : lines;
}

function followedLines(followed: readonly TaskId[], width: number): readonly string[] {
  if (followed.length === 0) return [];
  const names = [...byName(followed).keys()];
  const more = names.length - mostNames;
  const shown = names.slice(0, mostNames).join(', ');
  const which = more > 0 ? `${shown} and ${more} more` : shown;
  return wrapped(`→ ${counted(followed.length, 'output')} followed: ${which}`, width);
}

function rootOf(
  task: TaskId,
  reason: Reason,
  reasons: ReadonlyMap<TaskId, Reason>,
): { readonly root: TaskId; readonly what: string } {
  let [root, because] = [task, reason];
  while (because.kind === 'input-changed') {
    const { input, from, to } = because;
    const above = reasons.get(input);
    root = input;
    if (above === undefined || to === null) return { root, what: earlierText(from, to) };
    because = above;
  }
  return { root, what: whatText(because, root === task) };
}

/** An input that this run did not make. */
function earlierText(from: number | null, to: number | null): string {
  if (from !== null && to !== null) return `changed before this run (${changeText(from, to)})`;
  return to === null ? 'is no input any more' : 'is a new input';
}

function whatText(reason: Exclude<Reason, { readonly kind: 'input-changed' }>, itself: boolean): string {
  switch (reason.kind) {
    case 'missing':
      return itself ? 'was missing' : 'is new';
    case 'code-changed':
      return 'was made with changed code';
    case 'refetch-due':
      return 'changed when it was fetched again';
    case 'forced':
      return 'changed when it was made again with --force';
  }
}
