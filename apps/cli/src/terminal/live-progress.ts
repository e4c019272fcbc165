import type { RunObserver } from '@daybook/core';
import type { RunningAttempt } from '../render/progress.ts';
import { attemptLine, liveLines, restatedLine } from '../render/progress.ts';
import { wrapped } from '../render/columns.ts';
import type { Output } from './output.ts';
import type { Paint } from './paint.ts';
import type { RunDisplay } from './run-display.ts';

const redrawMs = 100;
const hideCursor = '\u001B[?25l';
const showCursor = '\u001B[?25h';

/** A few lines on a terminal that are drawn again as the run goes on. What did not go well stays above them. */
export function liveProgress(output: Output, paint: Paint, nowMs: () => number): RunDisplay {
  const running = new Map<string, RunningAttempt>();
  const ended = new Set<string>();
  const toDo = new Set<string>();
  const startedMs = nowMs();
  let [drawn, failed, stopping] = [0, 0, false];

  const draw = (above: string | undefined): void => {
    const facts = { done: ended.size, total: toDo.size, failed, startedMs, nowMs: nowMs(), stopping, paint };
    const lines = liveLines({ ...facts, running: [...running.values()], width: output.width, height: output.height });
    const kept = above === undefined ? '' : wrapped(above, output.width - 1).map(line).join('');
    // One write for the whole picture, each line cleared behind its text, so that nothing flickers.
    void output.write(`${up(drawn)}${kept}${lines.map(line).join('')}\u001B[J`);
    drawn = lines.length;
  };
  const line = (text: string): string => `${text}\u001B[K\n`;
  const timer = setInterval(() => draw(undefined), redrawMs);
  timer.unref();
  const restore = (): void => void process.stderr.write(showCursor);
  process.once('exit', restore);
  void output.write(hideCursor);

  const observer: RunObserver = {
    planned: (prepared) => {
      for (const [task, planned] of prepared.plan) {
        const wrapper = prepared.graph.get(task)?.task.definition.output === undefined;
        if (!wrapper && (planned.kind === 'run' || planned.kind === 'may-run')) toDo.add(task);
      }
      draw(restatedLine(prepared));
    },
    started: (lease) => {
      toDo.add(lease.task);
      running.set(lease.attempt, { task: lease.task, startedMs: nowMs(), progress: undefined });
    },
    progress: (_task, progress) => {
      const id = progress.attempt.slice(-32);
      const known = running.get(id);
      if (known !== undefined) running.set(id, { ...known, progress });
    },
    ended: (lease, end, retryAtMs) => {
      const durationMs = nowMs() - (running.get(lease.attempt)?.startedMs ?? nowMs());
      running.delete(lease.attempt);
      const again = retryAtMs !== undefined || end.kind === 'superseded';
      if (!again) ended.add(lease.task);
      if (end.kind === 'published' || end.kind === 'unchanged' || end.kind === 'fresh' || end.kind === 'waiting' || end.kind === 'superseded') return;
      if (!again && end.kind !== 'cancelled') failed += 1;
      const retryInMs = retryAtMs === undefined ? undefined : retryAtMs - nowMs();
      if (end.kind !== 'cancelled') draw(attemptLine({ lease, end, durationMs, retryInMs, files: false }));
    },
    again: (tasks) => {
      for (const task of tasks) ended.delete(task);
    },
  };
  return {
    observer,
    stopping: () => {
      stopping = true;
      draw(undefined);
    },
    close: () => {
      clearInterval(timer);
      process.off('exit', restore);
      void output.write(`${up(drawn)}\u001B[J${showCursor}`);
      drawn = 0;
    },
  };
}

function up(lines: number): string {
  return lines === 0 ? '\r' : `\r\u001B[${lines}A`;
}
