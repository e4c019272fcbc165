import { availableParallelism } from 'node:os';
import { checkWorkers, exitCodeOf, run } from '@daybook/core';
import { wholeNumber } from '../arguments.ts';
import { watchInterrupts } from '../interrupts.ts';
import { runDocument } from '../render/run-document.ts';
import { runSummary } from '../render/run-summary.ts';
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

function displayOf({ err, errPaint }: Workplace): RunDisplay {
  const live = err.terminal && process.env['TERM'] !== 'dumb';
  return live ? liveProgress(err, errPaint, Date.now) : plainProgress(err, Date.now);
}
