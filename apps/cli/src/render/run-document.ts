import type { Reason, RunResult, TaskEnd } from '@daybook/core';
import { withoutStack } from '@daybook/core';

/** The document that `run --json` prints: fresh tasks are counted, all others listed, wrappers neither. */
export function runDocument(result: RunResult, interrupted: boolean): unknown {
  return {
    outcome: interrupted ? 'cancelled' : result.outcome,
    run: result.run,
    fresh: result.fresh,
    ...(result.costs.length === 0 ? {} : { costs: result.costs }),
    tasks: result.tasks.map(({ task, end }) => ({ task, outcome: end.kind, ...factsOf(end) })),
    ...(result.unclosed.length === 0
      ? {}
      : { unclosed: result.unclosed.map(({ runner, error }) => ({ runner, error: withoutStack(error) })) }),
  };
}

function factsOf(end: TaskEnd): Readonly<Record<string, unknown>> {
  if (!('reason' in end)) {
    // A stack is for `--debug` alone.
    if ('error' in end) return { error: withoutStack(end.error) };
    const { kind: _, ...facts } = end;
    return facts;
  }
  const { kind: _, reason, ...facts } = end;
  return { ...facts, ...reasonFacts(reason) };
}

/** The reason by its word, and what it is about. */
export function reasonFacts(reason: Reason): Readonly<Record<string, unknown>> {
  const { kind, ...because } = reason;
  return { reason: kind, ...(Object.keys(because).length === 0 ? {} : { because }) };
}
