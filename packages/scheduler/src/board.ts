import type { BoardTasks, RunBoard, RunView } from '@daybook/core';
import type { Engine } from './engine.ts';

/** What a question for the tasks of a run needs besides the engine. */
export interface Watching {
  readonly nowMs: () => number;
  /** Ends the waiting: what is known then is the answer. */
  readonly signal: AbortSignal;
}

/** All of one run's tasks that have changed; undefined of a run that is not in memory. */
export async function changedTasks(
  engine: Engine,
  run: string,
  changedSince: number,
): Promise<BoardTasks | undefined> {
  return await engine.read((scheduler) => {
    const view = scheduler.run(run);
    if (view === undefined) return undefined;
    // Whoever asks for all gets them in the order of the submission.
    const tasks = scheduler.tasks({ run, ...(changedSince === 0 ? {} : { changedSince }) });
    return { change: scheduler.change, ended: view.endedMs !== undefined, tasks };
  });
}

/** The same, and where nothing has changed of a run that goes on it waits until something does, or until `untilMs`. */
export async function awaitChangedTasks(
  engine: Engine,
  asked: { readonly run: string; readonly changedSince: number; readonly untilMs: number },
  { nowMs, signal }: Watching,
): Promise<BoardTasks | undefined> {
  const { run, changedSince, untilMs } = asked;
  for (;;) {
    const version = engine.version();
    const found = await changedTasks(engine, run, changedSince);
    const over = signal.aborted || nowMs() >= untilMs;
    if (found === undefined || found.tasks.length > 0 || found.ended || over) return found;
    await engine.change(version, untilMs - nowMs(), signal);
  }
}

/** A run as it is or, where it is only history, as it was. */
export async function runOf(engine: Engine, run: string): Promise<RunView | undefined> {
  const view = await engine.read((scheduler) => scheduler.run(run));
  if (view !== undefined) return view;
  const ended = await engine.endedRun(run);
  return ended === undefined ? undefined : (JSON.parse(ended.facts) as RunView);
}

/** The scheduler of this process as a client sees it, for what is submitted here. */
export function boardOf(engine: Engine, watching: Watching): RunBoard {
  return {
    port: async (request) => (await engine.ask(request)).response,
    run: (id) => runOf(engine, id),
    tasks: (run, { changedSince, waitSeconds }) =>
      awaitChangedTasks(
        engine,
        { run, changedSince, untilMs: watching.nowMs() + waitSeconds * 1000 },
        watching,
      ),
  };
}
