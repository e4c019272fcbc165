import { projectDigestOf } from './code-digest.ts';
import type { AttemptEnd } from './attempt.ts';
import type { CheckedConfig } from './config.ts';
import type { Cost } from './cost.ts';
import { totalCosts } from './cost.ts';
import { DaybookError } from './errors.ts';
import type { RunAttempt, RunObserver, RunResult } from './run.ts';
import { endsOf, freshIn, newRunId, staleIn, submissionOf } from './run.ts';
import type { SchedulerPort } from './scheduler-port.ts';
import type { ProjectRef } from './scheduler/protocol.ts';
import type { RunView, TaskView } from './scheduler/view.ts';
import type { Asked, Prepared } from './situation.ts';
import { prepare } from './situation.ts';
import type { TaskId } from './task.ts';

/** A scheduler that others work for: where a run is submitted, and looked at. */
export interface RunBoard {
  readonly port: SchedulerPort;
  /** Undefined where there is no such run. */
  run(id: string): Promise<RunView | undefined>;
  /**
   * The tasks of a run that have changed since, all of them since 0; undefined where there is no such run. Where nothing has
   * changed it may wait for so many seconds.
   */
  tasks(
    run: string,
    asked: { readonly changedSince: number; readonly waitSeconds: number },
  ): Promise<BoardTasks | undefined>;
  /** The attempts at a task of a run that have ended, the newest first. Without it, those that are tried again are not told of. */
  attempts?(asked: { readonly run: string; readonly task: TaskId; readonly limit: number }): Promise<{
    readonly attempts: readonly { readonly attempt: string; readonly end: unknown }[];
  }>;
}

export interface BoardTasks {
  /** Ask for what has changed since next time. */
  readonly change: number;
  readonly ended: boolean;
  readonly tasks: readonly TaskView[];
}

export interface SubmittedRunOptions extends Asked {
  readonly config: CheckedConfig;
  readonly board: RunBoard;
  /** Default: a new one. Given again, the tasks are added to the same run. */
  readonly run?: string;
  /** The command line, for people. */
  readonly command?: readonly string[];
  readonly observer?: RunObserver;
  /** Is told the id once the run is submitted: from here on it goes on, whoever watches. */
  readonly submitted?: (run: string) => void;
  /** Ends the watching, which then rejects with its reason; the run goes on. */
  readonly signal?: AbortSignal;
  /** Default: the clock. */
  readonly nowMs?: () => number;
}

const longestWaitSeconds = 20;

/** Where the tasks of a configuration are published, and the digest of what they are: workers must have the same. */
export function projectOf(config: CheckedConfig): ProjectRef {
  return { target: config.targets.name, digest: projectDigestOf([...config.definitions.values()]) };
}

/**
 * Plans a run here, submits it to a scheduler and watches it to its end; then looks again, as every run does, and submits
 * what has become stale meanwhile. Throws `scheduler-refused` where the scheduler does not take it, or forgets it.
 */
export async function submitRun(options: SubmittedRunOptions): Promise<RunResult> {
  const { config, board, command, observer, signal, nowMs = Date.now } = options;
  const startMs = nowMs();
  const run = options.run ?? newRunId(startMs);
  let prepared = await prepare(config, options);
  checkListed(prepared, config);
  observer?.planned?.(prepared);
  const fresh = freshIn(prepared.plan);
  const project = projectOf(config);
  const watch = new RunWatch(run, board, observer, nowMs);
  for (;;) {
    signal?.throwIfAborted();
    const answer = await board.port({
      kind: 'submit',
      run,
      project,
      today: options.today,
      ...(command === undefined ? {} : { command }),
      tasks: submissionOf(prepared, config),
    });
    if (answer.kind !== 'submitted')
      throw new DaybookError(
        'scheduler-refused',
        `The scheduler does not take the run: ${answer.kind === 'refused' ? answer.why : `its answer is ${answer.kind}.`}`,
      );
    options.submitted?.(run);
    const view = await watch.toTheEnd(signal);
    if (view.outcome === 'ok' && fresh < prepared.graph.size) {
      prepared = await prepared.again();
      const stale = staleIn(prepared.plan);
      if (stale.length > 0) {
        observer?.again?.(stale);
        continue;
      }
    }
    return {
      run,
      outcome: view.outcome,
      ...endsOf(watch.views),
      durationMs: nowMs() - startMs,
      costs: totalCosts(watch.costs),
      unclosed: [],
    };
  }
}

/** Workers find a task by its name in their configuration. */
function checkListed({ graph }: Prepared, { definitions }: CheckedConfig): void {
  for (const { task } of graph.values())
    if (definitions.get(task.name) !== task.definition)
      throw new DaybookError(
        'config-invalid',
        `${task.id} is needed, and ${task.name} is not among the \`tasks\` of the configuration, where workers look for it: add it there.`,
      );
}

type EndedRun = RunView & Required<Pick<RunView, 'outcome'>>;

/** Follows the tasks of one run, and tells an observer what becomes of them. */
class RunWatch {
  readonly #run: string;
  readonly #board: RunBoard;
  readonly #observer: RunObserver | undefined;
  readonly #nowMs: () => number;
  readonly #views = new Map<TaskId, TaskView>();
  /** The attempts that go on, by task. */
  readonly #running = new Map<TaskId, RunAttempt>();
  readonly #costs: Cost[] = [];
  #change = 0;

  constructor(run: string, board: RunBoard, observer: RunObserver | undefined, nowMs: () => number) {
    this.#run = run;
    this.#board = board;
    this.#observer = observer;
    this.#nowMs = nowMs;
  }

  /** How each task stands, in the order of the submission. */
  get views(): Iterable<TaskView> {
    return this.#views.values();
  }

  /** What the attempts cost that it was told of. */
  get costs(): readonly Cost[] {
    return this.#costs;
  }

  async toTheEnd(signal: AbortSignal | undefined): Promise<EndedRun> {
    for (;;) {
      signal?.throwIfAborted();
      const asked = { changedSince: this.#change, waitSeconds: longestWaitSeconds };
      const found = await this.#board.tasks(this.#run, asked);
      if (found === undefined) throw this.#forgotten();
      this.#change = found.change;
      for (const view of found.tasks) await this.#see(view);
      if (!found.ended) continue;
      const view = await this.#board.run(this.#run);
      if (view === undefined) throw this.#forgotten();
      // Somebody may have asked for it again just now.
      if (view.outcome !== undefined) return { ...view, outcome: view.outcome };
    }
  }

  async #see(view: TaskView): Promise<void> {
    const { task, attempt, state, end } = view;
    const before = this.#views.get(task);
    this.#views.set(task, view);
    const running = this.#running.get(task);
    if (running !== undefined && running.attempt !== attempt?.id) {
      this.#running.delete(task);
      if (state === 'ended' && isAttemptEnd(end)) this.#tell(running, end, undefined);
      else await this.#tellEarlier(running, view.retryAtMs);
    } else if (state === 'ended' && before?.state !== 'ended' && view.attempts > 0 && isAttemptEnd(end)) {
      // It began and ended between two looks.
      const told: RunAttempt = { attempt: `${task} ${view.attempts}`, task, number: view.attempts };
      this.#observer?.started?.(told);
      this.#tell(told, end, undefined);
    }
    if (attempt === undefined || running?.attempt === attempt.id) return;
    const begun: RunAttempt = { attempt: attempt.id, task, number: view.attempts };
    this.#running.set(task, begun);
    this.#observer?.started?.(begun);
  }

  /** The end of an attempt that another follows or may follow: the task tells of the next one already. */
  async #tellEarlier(told: RunAttempt, retryAtMs: number | undefined): Promise<void> {
    const asked = { run: this.#run, task: told.task, limit: 100 };
    const ended = (await this.#board.attempts?.(asked))?.attempts ?? [];
    const found = ended.find(({ attempt }) => attempt === told.attempt);
    // What was written by the scheduler that is asked has the form of what it was told.
    const end = (found?.end ?? { kind: 'superseded', disagreeing: [] }) as AttemptEnd;
    this.#tell(told, end, retryAtMs ?? this.#nowMs());
  }

  #tell(told: RunAttempt, end: AttemptEnd, retryAtMs: number | undefined): void {
    if (end.cost !== undefined) this.#costs.push(end.cost);
    this.#observer?.ended?.(told, end, retryAtMs);
  }

  #forgotten(): DaybookError {
    return new DaybookError(
      'scheduler-refused',
      `The scheduler does not know the run ${this.#run}: its state was replaced, or it ended long ago. What is published stays; run it again.`,
    );
  }
}

/** A task that lies below one that failed had no attempt that ended so. */
function isAttemptEnd(end: TaskView['end']): end is AttemptEnd & TaskView['end'] {
  return end !== undefined && end.kind !== 'upstream-failed';
}
