/** The options that commands declare; which of them a command takes stands in `command-line.ts`. */
export interface Options {
  readonly config?: string;
  readonly today?: string;
  readonly json?: boolean;
  readonly debug?: boolean;
  readonly date?: string;
  readonly month?: string;
  readonly from?: string;
  readonly through?: string;
  readonly force?: boolean;
  readonly refetch?: boolean;
  readonly workers?: string;
  readonly 'exit-code'?: boolean;
  readonly version?: string;
  readonly format?: string;
  readonly limit?: string;
  readonly to?: string;
  readonly deep?: boolean;
  readonly delete?: boolean;
  readonly 'older-than'?: string;
  readonly scheduler?: string;
  readonly port?: string;
  readonly host?: string;
  readonly state?: string;
  readonly lease?: string;
  readonly history?: string;
  readonly 'run-days'?: string;
  readonly log?: string;
  readonly role?: string;
}

export type CommandName =
  | 'run'
  | 'plan'
  | 'status'
  | 'why'
  | 'history'
  | 'show'
  | 'export'
  | 'graph'
  | 'check'
  | 'verify'
  | 'gc'
  | 'emr'
  | 'serve'
  | 'worker'
  | 'runs'
  | 'retry'
  | 'cancel'
  | 'pause'
  | 'resume'
  | 'token'
  | 'doctor'
  | 'init'
  | 'completion';

/** A command line as it was understood, before any configuration is read. */
export interface Invocation {
  readonly command: CommandName;
  readonly options: Options;
  /** What stands on the command line without a flag: tasks. */
  readonly tasks: readonly string[];
  /** The flags that choose tasks: parameters of the task, `from` and `through`. */
  readonly flags: Readonly<Record<string, string>>;
  /** The whole command line, as it was given. */
  readonly words: readonly string[];
}
