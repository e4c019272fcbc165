import type { Json } from './job.ts';

/** A command that belongs to a plugin and that its value offers to `daybook`, such as `emr clusters`. */
export interface PluginCommand {
  /** The two words behind `daybook`. */
  readonly words: string;
  /** One that deletes only lists, unless `delete` is true. What it cannot do it throws as a `DaybookError`. */
  run(options: { readonly delete: boolean }): Promise<CommandReport>;
}

/** What a plugin's command found, for people and as data. */
export interface CommandReport {
  /** A sentence that says it all. */
  readonly headline: string;
  readonly columns: readonly { readonly title: string; readonly right?: boolean }[];
  readonly rows: readonly (readonly string[])[];
  /** Sentences below the table: what the figures mean, what to do next. */
  readonly notes: readonly string[];
  readonly document: Json;
}
