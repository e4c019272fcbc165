import type {
  ErrorCode,
  ErrorReport,
  MeasuredControl,
  Outcome,
  Part,
  RunnerFacts,
  StagedFile,
  Work,
} from '@daybook/core';
import { assert, controlResult, declarationOf, errorExitCodes, tableFingerprint } from '@daybook/core';
import type { Result } from './result.ts';

/** What the runner knows of a submission besides its results. */
export interface OutcomeFacts {
  /** What `stage.sync` told of the parts that the result names, in their order. Asked for only where it is staged. */
  readonly files: readonly StagedFile[];
  /** For the manifest, besides the engine: the name of the runner, the cluster and the like. */
  readonly runner: RunnerFacts;
}

/** How one Work ended, from what the application left of it. */
export function outcomeOf(work: Work, result: Result, facts: OutcomeFacts): Outcome {
  const { attempt } = work;
  switch (result.outcome) {
    case 'staged': {
      const changed = result.parts.find(({ bytes }, index) => facts.files[index]?.bytes !== bytes);
      return changed === undefined
        ? { attempt, kind: 'staged', ...staged(work, result, facts) }
        : { attempt, kind: 'failed', fault: 'infrastructure', error: otherPart(work, changed.name) };
    }
    case 'blocked':
      return { attempt, kind: 'blocked', controls: controlResults(work, result.controls) };
    case 'failed': {
      const { fault, code, message, trace } = result;
      const known: ErrorCode = isErrorCode(code) ? code : 'job-failed';
      const stack = trace === undefined ? {} : { stack: trace };
      return { attempt, kind: 'failed', fault, error: { code: known, message, ...stack } };
    }
    case 'timed-out':
      return { attempt, kind: 'timed-out' };
    case 'cancelled':
      return { attempt, kind: 'cancelled' };
  }
}

function staged(work: Work, result: Result & { readonly outcome: 'staged' }, facts: OutcomeFacts) {
  const { output } = work.task.definition;
  assert(output !== undefined, `${work.task.id} has no output, so there is nothing that was staged.`);
  const parts = result.parts.map(({ name, bytes, rows, sha256 }, index): Part => {
    const file = facts.files[index];
    assert(file?.name === name, `The file ${name} was not made durable.`);
    const tag = file.tag === undefined ? {} : { tag: file.tag };
    return { path: `${work.stage.path}${name}`, bytes, rows, sha256, ...tag };
  });
  return {
    parts,
    rows: Number(result.sums.rows),
    fingerprint: tableFingerprint(declarationOf(output), result.sums),
    controls: controlResults(work, result.controls),
    runner: { ...facts.runner, engine: 'spark', ...result.engine, application: result.application },
  };
}

function otherPart(work: Work, name: string): ErrorReport {
  const message = `The file ${name} of ${work.task.id} is another than Spark digested: run again.`;
  return { code: 'target-failed', message };
}

/** The results of the controls, in the order of their declaration, each with its remedy. */
function controlResults(work: Work, measured: readonly MeasuredControl[]) {
  const { controls } = work.task.definition;
  const told = measured.map(({ name }) => name).join(', ');
  const declared = controls.map(({ name }) => name).join(', ');
  assert(
    told === declared,
    `The controls of ${work.task.id} are ${declared}, and those measured are ${told}.`,
  );
  return measured.map((each, index) => controlResult(each, controls[index]?.remedy));
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorExitCodes, code);
}
