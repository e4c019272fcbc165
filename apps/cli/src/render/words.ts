import type { ControlResult, Cost, Planned, Reason, TaskEnd, TaskId } from '@daybook/core';
import { commandText, parametersIn, splitTaskId } from '@daybook/core';

/** A reason as people are told it: its word, and what it is about. */
export function reasonText(reason: Reason): string {
  if (reason.kind === 'input-changed')
    return `input-changed: ${reason.input} ${changeText(reason.from, reason.to)}`;
  if (reason.kind === 'refetch-due') return `refetch-due: fetched on ${reason.fetchedOn}`;
  return reason.kind;
}

/** From which version of an input to which. */
export function changeText(from: number | null, to: number | null): string {
  if (from === null) return `version ${to} is new`;
  return to === null ? `version ${from} is no input any more` : `version ${from} → ${to}`;
}

/** What a plan says of one task, as people are told it. */
export function plannedText(planned: Planned): string {
  if (planned.kind === 'run') return `will run, ${reasonText(planned.reason)}`;
  if (planned.kind === 'may-run') return `may run, depending on ${planned.above}`;
  return planned.kind === 'waiting' ? `waiting for ${planned.for}` : 'fresh';
}

/**
 * The command line that does `verb` to tasks of one name: to one, or to a range of which they have the ends. `everywhere` is
 * what such a line needs to mean the same project and the same day as the one that was given.
 */
export function taskCommand(verb: string, ids: readonly TaskId[], everywhere: readonly string[]): string {
  const sorted = [...ids].sort();
  const [first = '', last = ''] = [sorted[0], sorted.at(-1)];
  const ends = parametersIn(last);
  const flags = parametersIn(first).flatMap(([name, value], index) => {
    const through = ends[index]?.[1] ?? value;
    return through === value ? [`--${name}`, value] : ['--from', value, '--through', through];
  });
  return commandText([verb, splitTaskId(first).name, ...flags, ...everywhere]);
}

/** A control's figures: `count 12, sum 3.00`. */
export function figuresText(figures: ControlResult['figures']): string {
  return Object.entries(figures)
    .map(([name, figure]) => `${name} ${figure}`)
    .join(', ');
}

/** How a task ended when it did not go well, in a sentence. */
export function failureText(end: TaskEnd): string {
  switch (end.kind) {
    case 'failed':
    case 'crashed':
      return end.error.message;
    case 'timed-out':
      return 'It took longer than its time limit and was ended. Raise timeoutMs of the task, or see why it is slow.';
    case 'lost':
      return 'Its worker fell silent and its lease ran out. Run it again.';
    case 'blocked': {
      const broken = end.controls.filter((control) => !control.held).map((control) => control.name);
      return broken.length === 1
        ? `The control ${broken[0]} does not hold.`
        : `The controls ${broken.join(', ')} do not hold.`;
    }
    case 'waiting':
      return `It waits for ${end.for}.`;
    case 'upstream-failed':
      return `It did not run, because ${end.culprit} did not end well.`;
    default:
      return `It ended ${end.kind}.`;
  }
}

/** `an estimated 0.42 USD`, to the cent where it is more than one. */
export function costText({ amount, currency, estimate }: Cost): string {
  const rounded = Number(amount) >= 0.01 ? Number(amount).toFixed(2) : amount;
  return `${estimate ? 'an estimated ' : ''}${rounded} ${currency}`;
}
