import type { CommandName, Invocation } from './invocation.ts';
import type { Streams } from './workplace.ts';

/** A command that works where there is no configuration, or a broken one: it says its exit code. */
export type BareCommand = (invocation: Invocation, streams: Streams) => Promise<number>;

/** The commands that need no configuration. */
export type BareCommandName =
  | 'doctor'
  | 'init'
  | 'completion'
  | 'runs'
  | 'retry'
  | 'cancel'
  | 'pause'
  | 'resume'
  | 'token';

const bareCommands: Readonly<Record<BareCommandName, () => Promise<BareCommand>>> = {
  doctor: async () => (await import('./commands/doctor.ts')).doctorCommand,
  init: async () => (await import('./commands/init.ts')).initCommand,
  completion: async () => (await import('./commands/completion.ts')).completionCommand,
  runs: async () => (await import('./commands/runs.ts')).runsCommand,
  retry: async () => (await import('./commands/intervene.ts')).retryCommand,
  cancel: async () => (await import('./commands/intervene.ts')).cancelCommand,
  pause: async () => (await import('./commands/intervene.ts')).pauseCommand,
  resume: async () => (await import('./commands/intervene.ts')).pauseCommand,
  token: async () => (await import('./commands/token.ts')).tokenCommand,
};

export function isBare(name: CommandName): name is BareCommandName {
  return Object.hasOwn(bareCommands, name);
}

export async function bareCommandOf(name: BareCommandName): Promise<BareCommand> {
  return await bareCommands[name]();
}
