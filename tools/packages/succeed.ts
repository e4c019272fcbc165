import { spawnSync } from 'node:child_process';

/** Runs a program that must succeed, and gives what it printed on stdout. */
export function succeed(program: string, words: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(program, words, { cwd, env: environment(), encoding: 'utf8' });
  if (status === 0) return stdout;
  throw new Error(`${[program, ...words].join(' ')} ended with ${status}:\n${stdout}${stderr}`);
}

/** The environment without what an npm that runs this tells a script: another npm would take it for its own settings. */
function environment(): NodeJS.ProcessEnv {
  const told = /^(npm_(package|lifecycle|command|execpath|config_local_prefix)|INIT_CWD$)/;
  const kept = Object.entries(process.env).filter(([name]) => !told.test(name));
  return { ...Object.fromEntries(kept), NO_COLOR: '1', FORCE_COLOR: undefined };
}
