import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import type { Events, Task } from '@daybook/core';
import { checkTasks, checkWorkers, exitCodeOf, openEvents, refuseChecked, run } from '@daybook/core';
import { wholeNumber } from '../arguments.ts';
import { watchInterrupts } from '../interrupts.ts';
import { withRunners } from '../outputs.ts';
import { runDocument } from '../render/run-document.ts';
import { runSummary } from '../render/run-summary.ts';
import { samplesToCheck } from '../sample-values.ts';
import { liveProgress } from '../terminal/live-progress.ts';
import { plainProgress } from '../terminal/plain-progress.ts';
import type { RunDisplay } from '../terminal/run-display.ts';
import type { Workplace } from '../workplace.ts';

/** `daybook run`: plans, runs, and says what happened. */
export async function runCommand(workplace: Workplace): Promise<number> {
  const { invocation, config } = workplace;
  const { options } = invocation;
  const roots = workplace.tasks();
  const otherwise = config.workers ?? availableParallelism();
  const workers = checkWorkers(wholeNumber('workers', options.workers, otherwise));
  await refuseStatements(workplace, roots);
  const display = displayOf(workplace);
  const events = openEvents(config.on, { reported: display.note });
  using interrupts = watchInterrupts(config.runners, display.stopping);
  try {
    return await runAndTell(workplace, { roots, workers, display, events, signal: interrupts.signal });
  } finally {
    await letHandlersEnd(events, interrupts.signal);
  }
}

interface Running {
  readonly roots: readonly Task[];
  readonly workers: number;
  readonly display: RunDisplay;
  readonly events: Events;
  readonly signal: AbortSignal;
}

async function runAndTell(
  workplace: Workplace,
  { roots, workers, display, events, signal }: Running,
): Promise<number> {
  const { invocation, config, out, outPaint } = workplace;
  const { options, words } = invocation;
  const result = await run({
    config,
    configPath: workplace.configPath,
    stateFolder: workplace.stateFolder,
    roots,
    today: workplace.today,
    workers,
    command: words,
    observer: display.observer,
    told: events.tell,
    signal,
    ...(options.force === true ? { force: true } : {}),
    ...(options.refetch === true ? { refetch: true } : {}),
  }).finally(display.close);
  const interrupted = signal.aborted;
  const text = workplace.json
    ? `${JSON.stringify(runDocument(result, interrupted))}\n`
    : runSummary({
        result,
        interrupted,
        words,
        everywhere: workplace.everywhere,
        width: Math.min(out.width, 110),
        paint: outPaint,
      });
  await out.write(text);
  return exitCodeOf(result, interrupted);
}

/** What people wait for has been written: who interrupts now has waited for the handlers long enough. */
async function letHandlersEnd(events: Events, signal: AbortSignal): Promise<void> {
  const enough = signal.aborted ? [] : [once(signal, 'abort')];
  await Promise.race([events.close(), ...enough]);
}

/** Ends with `sql-refused` before anything runs. What was checked before and has not changed is not checked again. */
async function refuseStatements({ config, stateFolder }: Workplace, roots: readonly Task[]): Promise<void> {
  const outcome = await checkTasks(config, samplesToCheck(roots), stateFolder);
  if (outcome.refusals.length > 0) await withRunners(config, async () => refuseChecked(outcome));
}

function displayOf({ err, errPaint }: Workplace): RunDisplay {
  const live = err.terminal && process.env['TERM'] !== 'dumb';
  return live ? liveProgress(err, errPaint, Date.now) : plainProgress(err, Date.now);
}
