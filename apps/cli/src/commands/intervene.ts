import type { Request, Response } from '@daybook/core';
import { commandText, DaybookError } from '@daybook/core';
import type { BareCommand } from '../bare-commands.ts';
import type { Invocation } from '../invocation.ts';
import { counted } from '../render/ranges.ts';
import { sameScheduler, withScheduler } from '../scheduler-connection.ts';
import type { Streams } from '../workplace.ts';

/** `daybook retry RUN [TASK]` */
export const retryCommand: BareCommand = async (invocation, streams) => {
  const [run, task] = twoWords(invocation);
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
  const [first, second] = twoWords(invocation);
  if (first === undefined) throw usage(invocation, 'Say what: daybook cancel RUN, or daybook cancel TASK.');
  const run = second !== undefined || (await isRun(invocation, first)) ? first : undefined;
  const task = run === undefined ? first : second;
  const answer = await asked(
    invocation,
    {
      kind: 'cancel',
      ...(run === undefined ? {} : { run }),
      ...(task === undefined ? {} : { task }),
    },
    run === undefined
      ? `There is neither a run nor a task ${first}: ${commandText(['runs', ...sameScheduler(invocation.options)])} shows the runs.`
      : undefined,
  );
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
  if (name?.includes('/') === true)
    throw usage(
      invocation,
      `A pause is of all tasks of a name, and ${name} is one task: daybook ${kind} ${name.split('/', 1)[0]}.`,
    );
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

/** Asks the scheduler; what it refuses is an error, by its own words where there are no better ones. */
async function asked({ options }: Invocation, request: Request, refused?: string): Promise<Response> {
  const answer = await withScheduler(options, async (client) => await client.port(request));
  if (answer.kind === 'refused') throw new DaybookError('scheduler-refused', refused ?? answer.why);
  return answer;
}

/** The words of a command: a run, and behind it a task. */
function twoWords(invocation: Invocation): readonly [string | undefined, string | undefined] {
  const [first, second, ...others] = invocation.tasks;
  if (others.length > 0)
    throw usage(
      invocation,
      `It is given ${invocation.tasks.join(', ')}: give one run and one task at most, the run first.`,
    );
  return [first, second];
}

/** Whether a word is a run that the scheduler knows; else it is meant as a task. */
async function isRun({ options }: Invocation, word: string): Promise<boolean> {
  return await withScheduler(options, async (client) => (await client.run(word)) !== undefined);
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
