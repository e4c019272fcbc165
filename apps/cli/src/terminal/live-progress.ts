import type { RunObserver } from '@daybook/core';
import { wrapped } from '../render/columns.ts';
import { liveLines } from '../render/progress.ts';
import type { Output } from './output.ts';
import type { Paint } from './paint.ts';
import type { RunDisplay } from './run-display.ts';
import { runLines } from './run-lines.ts';
import { RunTally } from './run-tally.ts';
import { widthOf } from '../render/text-width.ts';

const redrawMs = 100;
const hideCursor = '\u001B[?25l';
const showCursor = '\u001B[?25h';
const quiet = ['published', 'unchanged', 'fresh', 'waiting', 'superseded', 'cancelled'];

/** A few lines on a terminal that are drawn again as the run goes on. What did not go well stays above them. */
export function liveProgress(output: Output, paint: Paint, nowMs: () => number): RunDisplay {
  const tally = new RunTally();
  const lines = runLines(tally, nowMs);
  const startedMs = nowMs();
  const region = drawRegion(output);
  let stopping = false;
  let closed = false;
  const draw = (above?: string): void => {
    const { width, height } = output;
    region.draw(
      liveLines({ ...tally.tally, startedMs, nowMs: nowMs(), stopping, width, height, paint }),
      above,
    );
  };
  const timer = setInterval(draw, redrawMs);
  timer.unref();

  const observer: RunObserver = {
    planned: (prepared) => draw(lines.planned(prepared)),
    started: (attempt) => tally.started(attempt, nowMs()),
    progress: (_task, progress) => tally.progress(progress),
    ended: (attempt, end, retryAtMs) => {
      const text = lines.ended(attempt, end, retryAtMs);
      if (!quiet.includes(end.kind)) draw(text);
    },
    again: (tasks) => tally.again(tasks),
    journalLost: (why) => draw(why),
  };
  return {
    observer,
    note: (why) => {
      if (closed) void output.write(`${why}\n`);
      else draw(why);
    },
    stopping: () => {
      stopping = true;
      if (!closed) draw();
    },
    close: () => {
      clearInterval(timer);
      closed = true;
      region.close();
    },
  };
}

interface Region {
  /** Draws the lines in place of those drawn last; `above` goes on the screen before them, and stays. */
  draw(lines: readonly string[], above: string | undefined): void;
  close(): void;
}

/** The last lines of a terminal, drawn over and over, with the cursor hidden meanwhile. */
function drawRegion(output: Output): Region {
  let drawn: readonly string[] = [];
  const line = (text: string): string => `${text}\u001B[K\n`;
  // A terminal that has become narrower has broken what was drawn into more lines.
  const rows = (): number =>
    drawn.reduce((sum, text) => sum + Math.max(1, Math.ceil(widthOf(text) / output.width)), 0);
  const up = (): string => (drawn.length === 0 ? '\r' : `\r\u001B[${rows()}A`);
  // Whatever ends the process, the cursor is there again.
  const restore = (): void => void process.stderr.write(showCursor);
  process.once('exit', restore);
  void output.write(hideCursor);
  return {
    draw(lines, above) {
      const kept = above === undefined ? [] : wrapped(above, output.width - 1);
      // One write for the whole picture, each line cleared behind its text, so that nothing flickers.
      void output.write(`${up()}${[...kept, ...lines].map(line).join('')}\u001B[J`);
      drawn = lines;
    },
    close() {
      process.off('exit', restore);
      void output.write(`${up()}\u001B[J${showCursor}`);
      drawn = [];
    },
  };
}
