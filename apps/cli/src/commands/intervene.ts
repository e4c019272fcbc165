import type { Request, Response } from '@daybook/core';
import { commandText, DaybookError } from '@daybook/core';
import type { BareCommand } from '../bare-commands.ts';
import type { Invocation } from '../invocation.ts';
import { counted } from '../render/ranges.ts';
import { sameScheduler, withScheduler } from '../scheduler-connection.ts';
import type { Streams } from '../workplace.ts';

/** `daybook retry RUN [TASK]` */
export const retryCommand: BareCommand = async (invocation, streams) => {
  const { run, task } = runAndTask(invocation);
  if (run === undefined) throw usage(invocation, 'Say of which run: daybook retry RUN [TASK].');
  const answer = await asked(invocation, {
    kind: 'retry',
    run,
    ...(task === undefined ? {} : { task }),
  });
  const count = answer.kind === 'retrying' ? answer.tasks.length : 0;
  const text =
    count === 0
      ? 'Nothing in it has failed that could be tried again.'
      : `${counted(count, 'task')} ${count === 1 ? 'begins' : 'begin'} anew.`;
  return await say(invocation, streams, answer, `${text}${seeText(invocation, run)}`);
};

/** `daybook cancel RUN | TASK | RUN TASK` */
export const cancelCommand: BareCommand = async (invocation, streams) => {
  const { run, task } = runAndTask(invocation);
  if (run === undefined && task === undefined)
    throw usage(invocation, 'Say what: daybook cancel RUN, or daybook cancel TASK.');
  const answer = await asked(invocation, {
    kind: 'cancel',
    ...(run === undefined ? {} : { run }),
    ...(task === undefined ? {} : { task }),
  });
  const count = answer.kind === 'cancelling' ? answer.attempts.length : 0;
  const stopped = count === 0 ? 'Nothing of it is running.' : `${counted(count, 'attempt')} will be stopped.`;
  const what = `Cancelled. ${stopped} What is published stays.`;
  return await say(
    invocation,
    streams,
    answer,
    `${what}${run === undefined ? '' : seeText(invocation, run)}`,
  );
};

/** `daybook pause [NAME]` and `daybook resume [NAME]` */
export const pauseCommand: BareCommand = async (invocation, streams) => {
  const [name] = invocation.tasks;
  const kind = invocation.command === 'pause' ? 'pause' : 'resume';
  const answer = await asked(invocation, { kind, ...(name === undefined ? {} : { name }) });
  return await say(invocation, streams, answer, pausedText(answer));
};

/** What is paused from now on. */
function pausedText(answer: Response): string {
  if (answer.kind !== 'paused') return '';
  if (answer.all) return 'Everything is paused: nothing is begun until daybook resume.';
  if (answer.names.length === 0) return 'Nothing is paused.';
  return `Paused: ${answer.names.join(', ')}. Nothing of ${answer.names.length === 1 ? 'it' : 'them'} is begun until daybook resume NAME.`;
}

/** Asks the scheduler; what it refuses is an error. */
async function asked({ options }: Invocation, request: Request): Promise<Response> {
  const answer = await withScheduler(options, async (client) => await client.port(request));
  if (answer.kind === 'refused') throw new DaybookError('scheduler-refused', answer.why);
  return answer;
}

/** The run and the task among the words of a command: a task has its parameters behind a slash. */
function runAndTask(invocation: Invocation): { readonly run?: string; readonly task?: string } {
  const { tasks: words } = invocation;
  const tasks = words.filter((word) => word.includes('/'));
  const runs = words.filter((word) => !word.includes('/'));
  const [run] = runs;
  const [task] = tasks;
  if (tasks.length > 1 || runs.length > 1)
    throw usage(invocation, `It is given ${words.join(', ')}: give one run and one task at most.`);
  return { ...(run === undefined ? {} : { run }), ...(task === undefined ? {} : { task }) };
}

function seeText({ options }: Invocation, run: string): string {
  return ` ${commandText(['runs', run, ...sameScheduler(options)])} shows how it goes on.`;
}

async function say(
  { options }: Invocation,
  { out }: Streams,
  answer: Response,
  text: string,
): Promise<number> {
  const { kind: _, ...facts } = answer;
  await out.write(options.json === true ? `${JSON.stringify({ outcome: 'ok', ...facts })}\n` : `${text}\n`);
  return 0;
}

function usage({ command }: Invocation, message: string): DaybookError {
  return new DaybookError('usage', `${message} See daybook ${command} --help.`);
}
