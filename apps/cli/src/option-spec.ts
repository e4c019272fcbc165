/** An option as yargs takes it. */
export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  readonly description: string;
  readonly requiresArg?: boolean;
  readonly group?: string;
}

/** An option with a value after it. */
export const value = (description: string): OptionSpec => ({
  type: 'string',
  description,
  requiresArg: true,
});

/** An option that is there or not. */
export const flag = (description: string): OptionSpec => ({ type: 'boolean', description });
