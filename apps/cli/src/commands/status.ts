import type { CheckedConfig, Prepared, Task, TaskDefinition, Values } from '@daybook/core';
import {
  addDays,
  addMonths,
  DaybookError,
  daysBetween,
  definitionOf,
  graphOf,
  firstDayOf,
  isDay,
  isMonth,
  isWrapper,
  lastDayOf,
  monthOf,
  monthsBetween,
} from '@daybook/core';
import type { StatusCell, StatusGrid } from '../render/status.ts';
import { statusDocument, statusText } from '../render/status.ts';
import { lookAt } from '../staleness.ts';
import type { Workplace } from '../workplace.ts';

const defaultDays = 14;
const defaultMonths = 6;

/** `daybook status`: which outputs are fresh, by day and task. */
export async function statusCommand(workplace: Workplace): Promise<number> {
  const { config, today, out, outPaint, invocation } = workplace;
  const definitions = chosen(workplace, invocation.tasks[0]);
  const { days, months } = rangeOf(workplace);
  const kinds = [
    { kind: 'day' as const, steps: days },
    { kind: 'month' as const, steps: months },
    { kind: 'none' as const, steps: [''] },
  ];
  const asked = invocation.flags['from'] !== undefined;
  const grids = kinds.map(({ kind, steps }) => {
    const rows = rowsOf(definitions, kind, steps, today);
    // Days before the first that there is are shown only when they are asked for.
    const first = steps.findIndex((_, index) => rows.some(({ tasks }) => tasks[index] !== undefined));
    const skipped = asked ? 0 : Math.max(0, first);
    return {
      kind,
      steps: steps.slice(skipped),
      rows: rows.map(({ name, tasks }) => ({ name, tasks: tasks.slice(skipped) })),
    };
  });
  const roots = grids.flatMap(({ rows }) => rows.flatMap(({ tasks }) => tasks.flatMap((task) => task ?? [])));
  const prepared = await lookAt(config, roots, today);
  const shown = grids.flatMap(({ kind, steps, rows }): readonly StatusGrid[] => {
    const named = rows.map(({ name, tasks }) => ({
      name,
      cells: tasks.map((task) => cellOf(task, prepared)),
    }));
    return named.length === 0 ? [] : [{ kind, steps, rows: named }];
  });
  const text = workplace.json
    ? `${JSON.stringify(statusDocument(shown, today))}\n`
    : statusText({ grids: shown, width: out.width, paint: outPaint, today });
  await out.write(text);
  return 0;
}

/** The definitions to show: those of the configuration with an output, or the one named with all that it needs. */
function chosen({ config, today }: Workplace, name: string | undefined): readonly TaskDefinition[] {
  const all = [...config.definitions.values()].filter((definition) => !isWrapper(definition));
  if (name === undefined) return all;
  const needed = neededNames(config, definitionOf(config, name), today);
  return all.filter((definition) => needed.has(definition.taskName));
}

function neededNames(config: CheckedConfig, definition: TaskDefinition, today: string): ReadonlySet<string> {
  const kinds = Object.values(definition.params).map(({ kind }) => kind);
  const step = kinds.includes('month') ? monthOf(addDays(today, -1)) : addDays(today, -1);
  const task =
    taskAt(definition, kinds.includes('month') ? 'month' : 'day', step, today) ??
    taskAt(definition, 'none', '', today);
  const needed = new Set<string>([definition.taskName]);
  if (task !== undefined) for (const { task: each } of graphOf([task]).values()) needed.add(each.name);
  return new Set([...needed].filter((each) => config.definitions.has(each)));
}

/** The days and months to show. Months as ends of a range mean their first and last days. */
function rangeOf({ invocation, today }: Workplace): {
  readonly days: readonly string[];
  readonly months: readonly string[];
} {
  const { from, through } = invocation.flags;
  if (from === undefined && through === undefined) {
    const last = addDays(today, -1);
    return {
      days: daysBetween(addDays(today, -defaultDays), last),
      months: monthsBetween(addMonths(monthOf(last), 1 - defaultMonths), monthOf(last)),
    };
  }
  if (from === undefined || through === undefined) {
    throw new DaybookError(
      'usage',
      `--${from === undefined ? 'through' : 'from'} is given alone: a range needs --from and --through.`,
    );
  }
  for (const end of [from, through])
    if (!isDay(end) && !isMonth(end))
      throw new DaybookError(
        'usage',
        `"${end}" is neither a day of the form YYYY-MM-DD nor a month of the form YYYY-MM.`,
      );
  const [first, last] = [
    isMonth(from) ? firstDayOf(from) : from,
    isMonth(through) ? lastDayOf(through) : through,
  ];
  if (first > last)
    throw new DaybookError('usage', `The range is empty: --from ${from} comes after --through ${through}.`);
  return { days: daysBetween(first, last), months: monthsBetween(monthOf(first), monthOf(last)) };
}

interface Row {
  readonly name: string;
  /** One for each step; undefined where the task has none, as before its first day. */
  readonly tasks: readonly (Task | undefined)[];
}

function rowsOf(
  definitions: readonly TaskDefinition[],
  kind: StatusGrid['kind'],
  steps: readonly string[],
  today: string,
): readonly Row[] {
  return definitions.flatMap((definition) => {
    const tasks = steps.map((step) => taskAt(definition, kind, step, today));
    return tasks.some((task) => task !== undefined) ? [{ name: definition.taskName, tasks }] : [];
  });
}

/** The task of a definition at one day or month, if that is its one parameter that has to be given. */
function taskAt(
  definition: TaskDefinition,
  kind: StatusGrid['kind'],
  step: string,
  today: string,
): Task | undefined {
  const params = Object.entries(definition.params).filter(([, { required }]) => required);
  const dated = params.filter(([, param]) => param.kind === kind);
  const others = params.filter(([, param]) => param.kind !== kind);
  if (
    (kind === 'none' ? 0 : 1) !== dated.length ||
    others.some(([, { byDefault }]) => byDefault === undefined)
  )
    return undefined;
  const defaults = others.map(([name, { byDefault }]) => [name, byDefault?.(today)]);
  const values = Object.fromEntries([...defaults, ...dated.map(([name]) => [name, step])]) as Values;
  if (dated.some(([, param]) => !param.parse(step).ok)) return undefined;
  return (definition as (values: Values) => Task)(values);
}

function cellOf(task: Task | undefined, prepared: Prepared): StatusCell {
  if (task === undefined) return { kind: 'none' };
  const planned = prepared.plan.get(task.id);
  const published = prepared.current(task.id) !== undefined;
  if (planned === undefined || planned.kind === 'fresh') return { kind: 'fresh', task: task.id };
  if (planned.kind === 'waiting' && !published) return { kind: 'waiting', task: task.id };
  if (!published) return { kind: 'missing', task: task.id };
  return {
    kind: planned.kind === 'run' ? 'stale' : 'may-run',
    task: task.id,
    ...(planned.kind === 'run' ? { reason: planned.reason } : {}),
  };
}
