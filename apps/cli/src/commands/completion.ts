import { readFileSync } from 'node:fs';
import type { TaskDefinition } from '@daybook/core';
import { DaybookError } from '@daybook/core';
import { completionsOf } from '../completions.ts';
import type { Invocation } from '../invocation.ts';
import { loadConfig } from '../load-config.ts';
import type { Output } from '../terminal/output.ts';
import type { Streams } from '../workplace.ts';

const shells = ['bash', 'zsh'];

/** `daybook completion`: a script that lets the shell ask `daybook --complete` for what may stand at the cursor. */
export async function completionCommand({ tasks, options }: Invocation, { out }: Streams): Promise<number> {
  const [shell] = tasks;
  if (shell === undefined || !shells.includes(shell)) {
    const given = shell === undefined ? 'Say for which shell' : `There is no completion for ${shell}`;
    throw new DaybookError('usage', `${given}: daybook completion bash, or daybook completion zsh.`);
  }
  const script = readFileSync(
    new URL(`../../templates/completion/completion.${shell}`, import.meta.url),
    'utf8',
  );
  await out.write(options.json === true ? `${JSON.stringify({ shell, script })}\n` : script);
  return 0;
}

/** Answers the script: a line for each word that may stand in place of the last of `words`, with a few words on it behind a tab. */
export async function complete(words: readonly string[], out: Output): Promise<number> {
  const lines = completionsOf(words, await tasksHere(words)).map(({ word, about }) => `${word}\t${about}\n`);
  await out.write(lines.join(''));
  return 0;
}

/** The tasks of the configuration that the words mean; none where there is none or it cannot be loaded. */
async function tasksHere(words: readonly string[]): Promise<readonly TaskDefinition[]> {
  const named = words.indexOf('--config');
  try {
    const { config } = await loadConfig(named < 0 ? undefined : words[named + 1], process.cwd());
    return [...config.definitions.values()];
  } catch {
    return [];
  }
}
