import type { Manifest, Prepared, Task } from '@daybook/core';
import { isExternal, isWrapper, prepare, tasksOf } from '@daybook/core';
import { endsOf, isFailure } from '../journal-search.ts';
import type { InputFact, WhyFacts } from '../render/why.ts';
import { whyDocument, whyText } from '../render/why.ts';
import type { Workplace } from '../workplace.ts';

/** `daybook why`: explains one output. */
export async function whyCommand(workplace: Workplace): Promise<number> {
  const { config, today, out, outPaint, stateFolder } = workplace;
  const task = workplace.task();
  const prepared = await prepare(config, { roots: [task], today });
  const current = prepared.current(task.id);
  const [last] = endsOf(stateFolder, task.id);
  const facts: WhyFacts = {
    task: task.id,
    kind: isWrapper(task.definition)
      ? 'wrapper'
      : isExternal(task.definition)
        ? 'external'
        : (task.definition.job?.kind ?? 'external'),
    planned: prepared.plan.get(task.id) ?? { kind: 'fresh' },
    current,
    codeDigest: prepared.codeDigest(task.definition),
    inputs: inputFacts(task, current, prepared),
    // A failure before the current version is made up for.
    last:
      last !== undefined && isFailure(last.end) && last.at > (current?.publishedAt ?? '') ? last : undefined,
    today,
    everywhere: workplace.everywhere,
    width: Math.min(out.width, 110),
    paint: outPaint,
  };
  await out.write(workplace.json ? `${JSON.stringify(whyDocument(facts))}\n` : whyText(facts));
  return 0;
}

/** Each input as recorded in the current version and as it is now, those that are one no more included. */
function inputFacts(task: Task, current: Manifest | undefined, prepared: Prepared): readonly InputFact[] {
  const node = prepared.graph.get(task.id);
  const recorded = new Map((current?.inputs ?? []).map((each) => [`${each.input} ${each.task}`, each]));
  const now = Object.entries(node?.inputs ?? {}).flatMap(([input, given]) =>
    tasksOf(given).map(({ id }): InputFact => {
      const then = recorded.get(`${input} ${id}`);
      recorded.delete(`${input} ${id}`);
      const manifest = prepared.current(id);
      return {
        input,
        task: id,
        planned: prepared.plan.get(id) ?? { kind: 'fresh' },
        recorded: then?.version,
        current: manifest?.version,
        same:
          isWrapper(given.definition) || (then !== undefined && then.fingerprint === manifest?.fingerprint),
        wrapper: isWrapper(given.definition),
      };
    }),
  );
  const gone = [...recorded.values()].map((each): InputFact => ({
    input: each.input,
    task: each.task,
    planned: { kind: 'fresh' },
    recorded: each.version,
    current: undefined,
    same: false,
    wrapper: false,
    gone: true,
  }));
  return [...now, ...gone];
}
