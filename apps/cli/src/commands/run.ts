import { availableParallelism } from 'node:os';
import type { Task } from '@daybook/core';
import { checkTasks, checkWorkers, exitCodeOf, refuseChecked, run } from '@daybook/core';
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
  const { invocation, config, out, outPaint } = workplace;
  const { options, words } = invocation;
  const roots = workplace.tasks();
  const otherwise = config.workers ?? availableParallelism();
  const workers = checkWorkers(wholeNumber('workers', options.workers, otherwise));
  await refuseStatements(workplace, roots);
  const display = displayOf(workplace);
  using interrupts = watchInterrupts(config.runners, display.stopping);
  const result = await run({
    config,
    configPath: workplace.configPath,
    stateFolder: workplace.stateFolder,
    roots,
    today: workplace.today,
    workers,
    command: words,
    observer: display.observer,
    signal: interrupts.signal,
    ...(options.force === true ? { force: true } : {}),
    ...(options.refetch === true ? { refetch: true } : {}),
  }).finally(display.close);
  const interrupted = interrupts.signal.aborted;
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

/** Ends with `sql-refused` before anything runs. What was checked before and has not changed is not checked again. */
async function refuseStatements({ config, stateFolder }: Workplace, roots: readonly Task[]): Promise<void> {
  const outcome = await checkTasks(config, samplesToCheck(roots), stateFolder);
  if (outcome.refusals.length > 0) await withRunners(config, async () => refuseChecked(outcome));
}

function displayOf({ err, errPaint }: Workplace): RunDisplay {
  const live = err.terminal && process.env['TERM'] !== 'dumb';
  return live ? liveProgress(err, errPaint, Date.now) : plainProgress(err, Date.now);
}
