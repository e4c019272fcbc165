import { isWrapper, prepare } from '@daybook/core';
import { planDocument, planText } from '../render/plan.ts';
import type { Workplace } from '../workplace.ts';

const workExitCode = 6;

/** `daybook plan`: what `run` would do, and why. Runs nothing. */
export async function planCommand(workplace: Workplace): Promise<number> {
  const { invocation, config, out, outPaint } = workplace;
  const { options } = invocation;
  const prepared = await prepare(config, {
    roots: workplace.tasks(),
    today: workplace.today,
    ...(options.force === true ? { force: true } : {}),
    ...(options.refetch === true ? { refetch: true } : {}),
  });
  const tasks = [...prepared.graph.values()].flatMap(({ task }) => {
    const planned = prepared.plan.get(task.id);
    return planned === undefined || isWrapper(task.definition)
      ? []
      : [{ task: task.id, planned, published: prepared.current(task.id) !== undefined }];
  });
  await out.write(
    workplace.json
      ? `${JSON.stringify(planDocument(tasks, workplace.today))}\n`
      : planText({
          tasks,
          today: workplace.today,
          width: Math.min(out.width, 110),
          paint: outPaint,
          words: invocation.words,
        }),
  );
  const work = tasks.some(({ planned }) => planned.kind === 'run' || planned.kind === 'may-run');
  return work && options['exit-code'] === true ? workExitCode : 0;
}
