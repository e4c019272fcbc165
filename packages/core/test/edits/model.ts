import type { Day } from '../../src/calendar.ts';
import { addDays } from '../../src/calendar.ts';
import type { Graph, GraphNode } from '../../src/graph.ts';
import type { Task, TaskId } from '../../src/task.ts';
import { tasksOf } from '../../src/task.ts';
import type { EditedName, ProjectState } from './edited-project.ts';
import { editedText } from './edited-project.ts';

/** What is asked of one run. */
export interface RunWish {
  readonly root: Task;
  readonly today: Day;
  readonly force: boolean;
  readonly refetch: boolean;
}

interface Made {
  readonly text: string;
  /** The text of each input, by its name and task. */
  readonly from: ReadonlyMap<string, string>;
  readonly code: number;
  readonly today: Day;
}

/** The rules of what is stale, written a second time and by texts, to hold the engine against. */
export interface Model {
  /** Does a run by the rules and says which tasks it had to make, in no order. */
  run(graph: Graph, state: ProjectState, wish: RunWish, outside: (task: TaskId) => string): readonly TaskId[];
  text(task: TaskId): string | undefined;
}

export function newModel(): Model {
  const made = new Map<TaskId, Made>();
  return {
    text: (task) => made.get(task)?.text,
    run(graph, state, wish, outside) {
      const ran: TaskId[] = [];
      for (const node of graph.values()) {
        const { task } = node;
        if (task.definition.output === undefined) continue;
        const code = state.codes[task.name as EditedName];
        const from = new Map(inputsOf(node, made).map(({ key, text }) => [key, text]));
        if (!mustRun(node, made.get(task.id), from, code, wish, graph)) continue;
        ran.push(task.id);
        const loads = task.definition.job?.kind === 'load';
        const text = editedText(state, task, loads ? outside(task.id) : inputsOf(node, made));
        made.set(task.id, { text, from, code, today: wish.today });
      }
      return ran;
    },
  };
}

function mustRun(
  { task }: GraphNode,
  old: Made | undefined,
  from: ReadonlyMap<string, string>,
  code: number,
  wish: RunWish,
  graph: Graph,
): boolean {
  if (old === undefined || (wish.force && isNamed(task, wish.root, graph))) return true;
  if (task.definition.job?.kind === 'load') return wish.refetch || isDue(task, old, wish.today);
  const same = old.from.size === from.size && [...from].every(([key, text]) => old.from.get(key) === text);
  return !same || old.code !== code;
}

/** A day is due until two days after it, and once more if it was fetched last before that. */
function isDue({ values }: Task, old: Made, today: Day): boolean {
  const date = values['date'];
  if (date === undefined) return true;
  const settled = addDays(String(date), 2);
  return today <= settled || old.today < settled;
}

function isNamed(task: Task, root: Task, graph: Graph): boolean {
  if (root.definition.output !== undefined) return task.id === root.id;
  return graph.get(root.id)?.inputIds.includes(task.id) === true;
}

function inputsOf(
  { inputs }: GraphNode,
  made: ReadonlyMap<TaskId, Made>,
): readonly { readonly key: string; readonly input: string; readonly text: string }[] {
  return Object.entries(inputs).flatMap(([input, given]) =>
    tasksOf(given).map(({ id }) => ({ key: `${input} ${id}`, input, text: made.get(id)?.text ?? '' })),
  );
}
