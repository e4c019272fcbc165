import { spawn, type ChildProcess } from 'node:child_process';
import { appendFile, mkdir, open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cluster, Failure, Step } from '../service/records.ts';
import { commandOf, type Command } from './command.ts';
import { createLogStore, type LogStore } from './log-store.ts';
import { failureOf, logFolderOf, logNames, logPlace, logsUri, publishLogs, stderrUri } from './logs.ts';
import type { StepSettings } from './settings.ts';

/** Told once of each step that ended by itself or was made to. */
export type StepEnded = (stepId: string, failure: Failure | undefined) => void;

/** One step under way. The signal that came before the program began is kept for it. */
interface Running {
  child?: ChildProcess;
  signal?: 'SIGTERM' | 'SIGKILL';
  done?: Promise<void>;
}

/**
 * Runs steps as programs of this machine, each in a process group of its own. When the program has ended, whatever is
 * left of its group is killed.
 */
export class StepRunner {
  readonly #settings: StepSettings;
  readonly #ended: StepEnded;
  readonly #store: LogStore | undefined;
  readonly #running = new Map<string, Running>();

  constructor(settings: StepSettings, ended: StepEnded) {
    this.#settings = settings;
    this.#ended = ended;
    this.#store = settings.s3Endpoint === undefined ? undefined : createLogStore(settings.s3Endpoint);
  }

  /** Starts a step. What comes of it is told to `ended`. */
  start(cluster: Cluster, step: Step): void {
    const running: Running = {};
    this.#running.set(step.id, running);
    running.done = this.#run(cluster, step, running)
      .catch((error: unknown): Failure => ({
        reason: 'emr-local failed',
        message: error instanceof Error ? error.message : String(error),
      }))
      .then((failure) => {
        this.#running.delete(step.id);
        this.#ended(step.id, failure);
      });
  }

  /** Asks a step to end: SIGTERM to its program, which may ignore it. */
  interrupt(stepId: string): void {
    this.#signal(stepId, 'SIGTERM');
  }

  /** Ends a step: SIGKILL to all of its process group. */
  kill(stepId: string): void {
    this.#signal(stepId, 'SIGKILL');
  }

  /** Kills all that runs and waits until it is gone. */
  async close(): Promise<void> {
    for (const stepId of this.#running.keys()) this.kill(stepId);
    await this.#store?.close();
    await Promise.all([...this.#running.values()].map(({ done }) => done));
  }

  #signal(stepId: string, signal: 'SIGTERM' | 'SIGKILL'): void {
    const running = this.#running.get(stepId);
    if (running === undefined) return;
    if (running.signal !== 'SIGKILL') running.signal = signal;
    if (running.child !== undefined) send(running.child, signal);
  }

  async #run(cluster: Cluster, step: Step, running: Running): Promise<Failure | undefined> {
    const place = logPlace(cluster.id, step.id);
    const folder = join(this.#settings.stateFolder, place);
    await mkdir(folder, { recursive: true });
    for (const name of logNames) await appendFile(join(folder, name), '');
    const { LogUri } = cluster.request;
    const ownUri = step.config.StepMonitoringConfiguration?.S3MonitoringConfiguration?.LogUri ?? LogUri;
    const failure = await this.#runIn(folder, step, running, stderrUri(ownUri, place));
    if (ownUri !== undefined) await this.#publishLogs(folder, ownUri, place);
    return failure;
  }

  /** Leaves the logs in the folder of the log URI, and from there in the store if it is one of a store. */
  async #publishLogs(folder: string, logUri: string, place: string): Promise<void> {
    const root = logFolderOf(logUri, this.#settings.logFolder);
    if (root === undefined) return;
    const to = join(root, place);
    await publishLogs(folder, to);
    if (!logUri.startsWith('file:')) await this.#store?.put(to, logsUri(logUri, place));
  }

  async #runIn(
    folder: string,
    step: Step,
    running: Running,
    logFile: string | undefined,
  ): Promise<Failure | undefined> {
    const command = commandOf(step.config.HadoopJarStep, this.#settings, process.env);
    const control = async (line: string): Promise<void> => {
      await appendFile(join(folder, 'controller'), `${new Date().toISOString()} INFO ${line}\n`);
    };
    if (command.kind === 'nothing') return void (await control(command.why));
    if (command.kind === 'refuse') {
      await control(`${command.failure.reason}: ${command.failure.message}`);
      return { ...command.failure, ...(logFile === undefined ? {} : { logFile }) };
    }
    await control(`startExec '${[command.program, ...command.args].join(' ')}'`);
    const ending = await runCommand(command, folder, running);
    await control(`waitProcessCompletion ended with ${ending}`);
    if (ending === 'exit code 0') return undefined;
    const failure = await failureOf(folder, logFile);
    return ending.startsWith('exit code') ? failure : { ...failure, reason: ending };
  }
}

/** Runs a program to its end and says how it ended. */
async function runCommand(
  command: Extract<Command, { kind: 'run' }>,
  folder: string,
  running: Running,
): Promise<string> {
  const files: FileHandle[] = [];
  try {
    for (const name of ['stdout', 'stderr']) files.push(await open(join(folder, name), 'a'));
    if (running.signal !== undefined) return 'a signal before it began';
    const child = spawn(command.program, command.args, {
      cwd: folder,
      env: { ...process.env, ...command.env },
      stdio: ['ignore', files[0]!.fd, files[1]!.fd],
      detached: true,
    });
    running.child = child;
    return await new Promise<string>((resolve) => {
      child.on('error', (error) => resolve(`an error: ${error.message}`));
      child.on('exit', (code, signal) => {
        send(child, 'SIGKILL');
        resolve(code === null ? `signal ${signal}` : `exit code ${code}`);
      });
    });
  } finally {
    for (const file of files) await file.close();
  }
}

/** SIGTERM goes to the program alone, SIGKILL to all of its group. Who is gone already needs none. */
function send(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (child.pid === undefined) return;
  try {
    if (signal === 'SIGTERM') child.kill('SIGTERM');
    else process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
