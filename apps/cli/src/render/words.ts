import type { ControlResult, Planned, Reason, TaskEnd, TaskId } from '@daybook/core';
import { splitTaskId } from '@daybook/core';

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

/** The words that choose one task on a command line: its name and its parameters as flags. */
export function taskWords(id: TaskId): string {
  const { name, segment } = splitTaskId(id);
  if (segment === '-') return name;
  const flags = segment.split(',').map((pair) => {
    const equals = pair.indexOf('=');
    return `--${pair.slice(0, equals)} ${quoted(decodeURIComponent(pair.slice(equals + 1)))}`;
  });
  return `${name} ${flags.join(' ')}`;
}

/** The words that choose several tasks of one name, of which the first and the last are the ends of a range. */
export function tasksWords(ids: readonly TaskId[]): string {
  const sorted = [...ids].sort();
  const [first = '', last = ''] = [sorted[0], sorted.at(-1)];
  const value = (id: TaskId): string => id.slice(id.lastIndexOf('=') + 1);
  if (sorted.length <= 1) return taskWords(first);
  return `${splitTaskId(first).name} --from ${value(first)} --through ${value(last)}`;
}

/** The command line that was given, as it can be pasted into a shell. */
export function commandText(words: readonly string[]): string {
  return ['daybook', ...words].map(quoted).join(' ');
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
    case 'blocked':
      return `The control ${end.controls
        .filter((control) => !control.held)
        .map((control) => control.name)
        .join(', ')} does not hold.`;
    case 'waiting':
      return `It waits for ${end.for}.`;
    case 'upstream-failed':
      return `It did not run, because ${end.culprit} did not end well.`;
    default:
      return `It ended ${end.kind}.`;
  }
}

function quoted(word: string): string {
  return /^[A-Za-z0-9_./:=@,+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
