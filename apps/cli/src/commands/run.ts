import { once } from 'node:events';
import type { Events, RunOptions, RunResult, Task } from '@daybook/core';
import {
  checkTasks,
  commandText,
  DaybookError,
  exitCodeOf,
  openEvents,
  refuseChecked,
  run,
  submitRun,
  withRunners,
} from '@daybook/core';
import { interruptedExitCode, watchInterrupts } from '../interrupts.ts';
import { runDocument } from '../render/run-document.ts';
import { runSummary } from '../render/run-summary.ts';
import { samplesToCheck } from '../sample-values.ts';
import { liveProgress } from '../terminal/live-progress.ts';
import { plainProgress } from '../terminal/plain-progress.ts';
import type { RunDisplay } from '../terminal/run-display.ts';
import type { Workplace } from '../workplace.ts';
import { workersOf } from '../workplace.ts';

/** `daybook run`: plans, runs, and says what happened. */
export async function runCommand(workplace: Workplace): Promise<number> {
  const { config, invocation } = workplace;
  const { options, words } = invocation;
  const roots = workplace.tasks();
  await refuseStatements(workplace, roots);
  const asked = {
    config,
    roots,
    today: workplace.today,
    command: words,
    ...(options.force === true ? { force: true } : {}),
    ...(options.refetch === true ? { refetch: true } : {}),
  };
  return options.scheduler === undefined ? await runHere(workplace, asked) : await runThere(workplace, asked);
}

type AskedRun = Pick<RunOptions, 'config' | 'roots' | 'today' | 'force' | 'refetch' | 'command'>;

/** Runs it in this process. */
async function runHere(workplace: Workplace, asked: AskedRun): Promise<number> {
  const { config } = asked;
  const workers = workersOf(workplace);
  const display = displayOf(workplace);
  const events = openEvents(config.on, { reported: display.note });
  using interrupts = watchInterrupts(config.runners, display.stopping);
  const { signal } = interrupts;
  try {
    const result = await run({
      ...asked,
      configPath: workplace.configPath,
      stateFolder: workplace.stateFolder,
      workers,
      observer: display.observer,
      told: events.tell,
      signal,
    }).finally(display.close);
    return await tell(workplace, result, signal.aborted);
  } finally {
    await letHandlersEnd(events, signal);
  }
}

/** Submits it to a central scheduler and watches. Ctrl-C ends the watching only. */
async function runThere(workplace: Workplace, asked: AskedRun): Promise<number> {
  const { options } = workplace.invocation;
  if (options.workers !== undefined)
    throw new DaybookError(
      'usage',
      '--workers says how many attempts run at once in this process, and with --scheduler none does: leave it out.',
    );
  const display = displayOf(workplace);
  using interrupts = watchInterrupts(asked.config.runners, () => undefined);
  const { signal } = interrupts;
  let submitted: string | undefined;
  const { connect, sameScheduler } = await import('../scheduler-connection.ts');
  const client = connect(options, { signal });
  try {
    return await withRunners(asked.config.runners, async () => {
      const result = await submitRun({
        ...asked,
        board: client,
        observer: display.observer,
        signal,
        submitted: (id) => (submitted = id),
      }).finally(display.close);
      return await tell(workplace, result, false);
    });
  } catch (error) {
    if (!signal.aborted) throw error;
    return await tellOfLeaving(workplace, sameScheduler(options), submitted);
  } finally {
    client.close();
  }
}

async function tell(workplace: Workplace, result: RunResult, interrupted: boolean): Promise<number> {
  const { json, out, outPaint, everywhere, invocation } = workplace;
  const text = json
    ? `${JSON.stringify(runDocument(result, interrupted))}\n`
    : runSummary({
        result,
        interrupted,
        words: invocation.words,
        everywhere,
        width: Math.min(out.width, 110),
        paint: outPaint,
      });
  await out.write(text);
  return exitCodeOf(result, interrupted);
}

/** What becomes of a run that nobody watches any more. */
async function tellOfLeaving(
  { json, out, err }: Workplace,
  scheduler: readonly string[],
  run?: string,
): Promise<number> {
  if (json)
    await out.write(`${JSON.stringify({ outcome: 'open', ...(run === undefined ? {} : { run }) })}\n`);
  if (run === undefined) {
    await err.write('Nothing was submitted.\n');
    return interruptedExitCode;
  }
  const lines = [
    `The run ${run} goes on without being watched.`,
    `  ${commandText(['runs', run, ...scheduler])}`,
    `  ${commandText(['cancel', run, ...scheduler])}`,
  ];
  await err.write(`${lines.join('\n')}\n`);
  return interruptedExitCode;
}

/** What people wait for has been written: who interrupts now has waited for the handlers long enough. */
async function letHandlersEnd(events: Events, signal: AbortSignal): Promise<void> {
  const enough = signal.aborted ? [] : [once(signal, 'abort')];
  await Promise.race([events.close(), ...enough]);
}

/** Ends with `sql-refused` before anything runs. What was checked before and has not changed is not checked again. */
async function refuseStatements({ config, stateFolder }: Workplace, roots: readonly Task[]): Promise<void> {
  const outcome = await checkTasks(config, samplesToCheck(roots), stateFolder);
  if (outcome.refusals.length > 0) await withRunners(config.runners, async () => refuseChecked(outcome));
}

function displayOf({ err, errPaint }: Workplace): RunDisplay {
  const live = err.terminal && process.env['TERM'] !== 'dumb';
  return live ? liveProgress(err, errPaint, Date.now) : plainProgress(err, Date.now);
}
