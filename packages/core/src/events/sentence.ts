import type { AttemptEnd } from '../attempt.ts';
import { commandText, parametersIn } from '../command-text.ts';
import type { Reason } from '../decide.ts';
import { splitTaskId } from '../task.ts';
import type { TaskId } from '../task.ts';
import type { ControlFailed, DaybookEvent, RunEnded, TaskCounts } from './event.ts';

/** An event as people are told it: what happened, to which task or run, and what to do where something is to be done. */
export function sentenceOf(event: DaybookEvent): string {
  switch (event.kind) {
    case 'runStarted':
      return `Run ${event.run} started${event.command === undefined ? '' : `: ${commandText(event.command)}`}.`;
    case 'runEnded':
      return `Run ${event.run} ${outcomeText(event)}`;
    case 'attemptStarted':
      return `${event.task} is being made by ${event.worker} on ${event.runner}, attempt ${event.number}.`;
    case 'attemptEnded': {
      const again = event.retryAt === undefined ? '' : ` It is tried again at ${event.retryAt}.`;
      return `${event.task} ${endText(event.task, event.end, event.retryAt !== undefined)}${again}`;
    }
    case 'dependencyMissing':
      return `${event.task} waits for ${event.for}. Run it again when that is there.`;
    case 'restated':
      return `${event.task} is restated: version ${event.version} is published, ${reasonText(event.reason)}. Compare with ${commandOf('history', event.task)}.`;
    case 'controlFailed':
      return `${event.task} is not published: ${controlsText(event)} See ${commandOf('why', event.task)}.`;
    case 'clusterCreated':
      return `The runner ${event.runner} started cluster ${event.cluster}.`;
    case 'clusterEnded': {
      const { amount, currency, estimate } = event.cost ?? {};
      const cost = amount === undefined ? '' : `, ${estimate === true ? 'about ' : ''}${amount} ${currency}`;
      return `Cluster ${event.cluster} of the runner ${event.runner} ended after ${lengthText(event.durationMs)}${cost}.`;
    }
  }
}

function outcomeText({ outcome, durationMs, counts }: RunEnded): string {
  const told = `after ${lengthText(durationMs)}${countsText(counts)}`;
  switch (outcome) {
    case 'ok':
      return `ended well ${told}.`;
    case 'blocked':
      return `ended blocked ${told}. A control does not hold: see to the data or the task, then run it again.`;
    case 'failed':
      return `failed ${told}. See to what failed, then run it again: what is published stays.`;
    case 'waiting':
      return `ended waiting ${told}. Run it again when what it waits for is there.`;
    case 'cancelled':
      return `was cancelled ${told}. Run it again to go on.`;
  }
}

function endText(task: TaskId, end: AttemptEnd, again: boolean): string {
  const see = again ? '' : ` See ${commandOf('why', task)}.`;
  switch (end.kind) {
    case 'published':
      return `is published as version ${end.version}, ${reasonText(end.reason)}.`;
    case 'unchanged':
      return `came out as before: version ${end.version} names the same parts.`;
    case 'fresh':
      return 'was found fresh.';
    case 'waiting':
      return `waits for ${end.for}. Run it again when that is there.`;
    case 'superseded':
      return 'was overtaken by another publication, and is decided again.';
    case 'failed':
    case 'crashed':
      return `${end.kind}: ${sentence(end.error.message)}${see}`;
    case 'blocked':
      return `is blocked by ${brokenOf(end.controls)} and not published.${see}`;
    case 'timed-out':
      return `took longer than its time limit and was ended.${see}`;
    case 'lost':
      return `was lost: its worker fell silent.${see}`;
    case 'cancelled':
      return 'was cancelled.';
  }
}

function brokenOf(controls: readonly { readonly name: string; readonly held: boolean }[]): string {
  const names = controls.filter(({ held }) => !held).map(({ name }) => name);
  return `the control${names.length === 1 ? '' : 's'} ${names.join(', ')}`;
}

function controlsText({ controls }: ControlFailed): string {
  const texts = controls.map(({ name, figures, remedy }) => {
    const told = Object.entries(figures).map(([figure, value]) => `${figure} ${value}`);
    const measured = told.length === 0 ? '' : ` (${told.join(', ')})`;
    return `The control ${name} does not hold${measured}.${remedy === undefined ? '' : ` ${sentence(remedy)}`}`;
  });
  return texts.join(' ');
}

function reasonText(reason: Reason): string {
  switch (reason.kind) {
    case 'input-changed':
      return `input-changed: ${reason.input}`;
    case 'refetch-due':
      return `refetch-due: fetched before on ${reason.fetchedOn}`;
    default:
      return reason.kind;
  }
}

function countsText(counts: TaskCounts): string {
  const told = Object.entries(counts).map(([status, count]) => `${count} ${status}`);
  return told.length === 0 ? '' : `: ${told.join(', ')}`;
}

/** The command that does `verb` to one task. */
function commandOf(verb: string, task: TaskId): string {
  const flags = parametersIn(task).flatMap(([name, value]) => [`--${name}`, value]);
  return commandText([verb, splitTaskId(task).name, ...flags]);
}

function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

/** `12 s`, `3 min`, `2.4 h`. */
function lengthText(lengthMs: number): string {
  if (lengthMs < 60_000) return `${Math.round(lengthMs / 1000)} s`;
  if (lengthMs < 3_600_000) return `${Math.round(lengthMs / 60_000)} min`;
  return `${(lengthMs / 3_600_000).toFixed(1)} h`;
}
