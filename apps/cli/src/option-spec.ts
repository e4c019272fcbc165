/** An option as yargs takes it. */
export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  readonly description: string;
  readonly requiresArg?: boolean;
  readonly group?: string;
  /** What may stand after it, where that is a short list; for completion. */
  readonly offers?: readonly string[];
}

/** An option with a value after it. */
export const value = (description: string, offers?: readonly string[]): OptionSpec => ({
  type: 'string',
  description,
  requiresArg: true,
  ...(offers === undefined ? {} : { offers }),
});

/** An option that is there or not. */
export const flag = (description: string): OptionSpec => ({ type: 'boolean', description });
