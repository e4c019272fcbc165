import { resolve } from 'node:path';
import { DaybookError } from '@daybook/core';
import type { Role } from '@daybook/scheduler';
import { createToken, listTokens, removeToken, roles } from '@daybook/scheduler';
import type { BareCommand } from '../bare-commands.ts';
import type { Invocation, Options } from '../invocation.ts';
import { configPath, stateFolderOf } from '../load-config.ts';
import { reportText } from '../render/report.ts';
import type { Streams } from '../workplace.ts';

/** `daybook token create|list|remove`: the tokens of a state folder, whether a scheduler runs on it or not. */
export const tokenCommand: BareCommand = async (invocation, streams) => {
  const [word, id, ...others] = invocation.tasks;
  const state = stateOf(invocation.options);
  if (others.length > 0 || (id !== undefined && word !== 'remove'))
    throw usage(`daybook token ${word} is given ${[id, ...others].join(', ')}.`);
  if (word === 'create') return await create(invocation, streams, state);
  if (word === 'list') return await list(invocation, streams, state);
  if (word === 'remove') return await remove(invocation, streams, state, id);
  throw usage('Say what of tokens: daybook token create, daybook token list or daybook token remove.');
};

/** The state folder that a command line means: the one given, else that of the project. */
function stateOf({ state, config }: Options): string {
  return state === undefined ? stateFolderOf(configPath(config, process.cwd())) : resolve(state);
}

async function create({ options }: Invocation, { out, err }: Streams, state: string): Promise<number> {
  const { role } = options;
  if (role === undefined) throw usage(`Say what it is for: daybook token create --role ${roles.join('|')}.`);
  const { token, ...facts } = createToken(state, role as Role);
  if (options.json === true) {
    await out.write(`${JSON.stringify({ outcome: 'ok', token, ...facts })}\n`);
    return 0;
  }
  await out.write(`${token}\n`);
  await err.write(
    `A token of the role ${role}, ${facts.id}. Give it as DAYBOOK_TOKEN: it can be read nowhere afterwards.\n`,
  );
  return 0;
}

async function list({ options }: Invocation, { out, outPaint }: Streams, state: string): Promise<number> {
  const tokens = listTokens(state);
  if (options.json === true) {
    await out.write(`${JSON.stringify({ outcome: 'ok', tokens })}\n`);
    return 0;
  }
  const count = tokens.length === 1 ? 'is 1 token' : `are ${tokens.length} tokens`;
  const report = {
    headline: `There ${count} in ${state}.`,
    columns: [{ title: 'id' }, { title: 'role' }, { title: 'created' }],
    rows: tokens.map(({ id, role, createdAt }) => [id, role, createdAt]),
    notes: [],
  };
  await out.write(reportText({ report, width: Math.min(out.width, 110), paint: outPaint }));
  return 0;
}

async function remove(
  { options }: Invocation,
  { out }: Streams,
  state: string,
  id: string | undefined,
): Promise<number> {
  if (id === undefined) throw usage('Say which: daybook token remove ID; daybook token list shows the ids.');
  if (!removeToken(state, id))
    throw usage(`There is no token ${id} in ${state}: daybook token list shows the ids.`);
  const text = `The token ${id} is taken back: it is refused within a second.\n`;
  await out.write(options.json === true ? `${JSON.stringify({ outcome: 'ok', id })}\n` : text);
  return 0;
}

function usage(message: string): DaybookError {
  return new DaybookError('usage', `${message} See daybook token --help.`);
}
