import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { CheckedConfig } from '@daybook/core';
import { checkConfig, DaybookError } from '@daybook/core';

/** A configuration as loaded, with its path and the folder where the state of this project is kept. */
export interface LoadedConfig {
  readonly config: CheckedConfig;
  readonly path: string;
  readonly stateFolder: string;
}

const fileNames = [
  'daybook.config.ts',
  'daybook.config.mts',
  'daybook.config.js',
  'daybook.config.mjs',
] as const;

/** Finds the configuration (`given`, else the nearest from `folder` upwards), imports and checks it. */
export async function loadConfig(given: string | undefined, folder: string): Promise<LoadedConfig> {
  const path = configPath(given, folder);
  const shown = shortest(path, folder);
  const exported = (await importConfig(path, shown)) as { readonly default?: unknown };
  return { config: checkConfig(exported.default, shown), path, stateFolder: stateFolderOf(path) };
}

/** Where the state of a project is kept, by its configuration, which is not read. */
export function stateFolderOf(path: string): string {
  return join(dirname(path), '.daybook');
}

/** The path of the configuration: `given`, else of the nearest from `folder` upwards. */
export function configPath(given: string | undefined, folder: string): string {
  const path = given === undefined ? findConfig(folder) : resolve(folder, given);
  if (path === undefined) {
    const message = `There is no daybook.config.ts in ${folder} or above it: go to the folder of the project, or give --config FILE.`;
    throw new DaybookError('config-not-found', message);
  }
  if (!existsSync(path)) {
    throw new DaybookError(
      'config-not-found',
      `There is no configuration ${path}: see to the path given with --config.`,
    );
  }
  return path;
}

function findConfig(folder: string): string | undefined {
  for (let here = resolve(folder); ; here = dirname(here)) {
    const found = fileNames.map((name) => join(here, name)).find((path) => existsSync(path));
    if (found !== undefined || here === dirname(here)) return found;
  }
}

async function importConfig(path: string, shown: string): Promise<unknown> {
  try {
    return await import(pathToFileURL(path).href);
  } catch (error) {
    if (isDaybookError(error)) throw error;
    const message = `The configuration ${placeOf(error, path, shown)} cannot be loaded: ${whyOf(error)} ${remedyOf(error)}`;
    throw new DaybookError('config-invalid', message, { cause: error });
  }
}

/** Whether `error` is a DaybookError, be it of another copy of the engine, as when the command is installed globally. */
export function isDaybookError(error: unknown): error is DaybookError {
  return (
    error instanceof DaybookError ||
    (error instanceof Error && error.name === 'DaybookError' && 'code' in error)
  );
}

/** The place of the fault: the first one told that is a file of the user's, with its line. */
function placeOf(error: unknown, path: string, shown: string): string {
  const told = error instanceof Error ? `${error.stack ?? ''}\n${importPlace(error)}` : '';
  return (
    placeIn(told, path, shown) ??
    (error instanceof SyntaxError ? placeIn(checked(path), path, shown) : undefined) ??
    shown
  );
}

function placeIn(told: string, path: string, shown: string): string | undefined {
  for (const [, file = '', line] of told.matchAll(/(file:\/\/[^\s()]+?|\/[^\s():]+):(\d+)(?::\d+)?/g)) {
    const named = file.startsWith('file:') ? fileURLToPath(file) : file;
    if (named === path) return `${shown}, line ${line},`;
    if (!named.includes('/node_modules/') && named.startsWith(`${dirname(path)}/`)) {
      return `${shown} (${relative(dirname(path), named)}, line ${line})`;
    }
  }
  return undefined;
}

/** Where a module that is not there is imported: Node names the file alone, so the line is looked up. */
function importPlace(error: Error): string {
  const [, specifier, file] =
    /Cannot find (?:package|module) '([^']+)' imported from (.+)$/m.exec(error.message) ?? [];
  if (specifier === undefined || file === undefined || !existsSync(file)) return '';
  const name = basename(specifier);
  const index = readFileSync(file, 'utf8')
    .split('\n')
    .findIndex((line) => /\b(from|import)\b/.test(line) && line.includes(name));
  return index < 0 ? '' : `${file}:${index + 1}`;
}

/** What Node says of the syntax of a file. It keeps the line to itself when the file is imported. */
function checked(path: string): string {
  return spawnSync(process.execPath, ['--check', path], { encoding: 'utf8' }).stderr;
}

function whyOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [first = ''] = message.split('\n');
  const plain = first.replace(/ imported from .*$/, '').trim();
  return /[.!?]$/.test(plain) ? plain : `${plain}.`;
}

function remedyOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ERR_MODULE_NOT_FOUND')
    return 'See to the path of the import, or install the package with npm.';
  if (code.endsWith('_TYPESCRIPT_SYNTAX'))
    return 'Correct its syntax; TypeScript that only erases (no enum, no namespace) can be loaded.';
  if (error instanceof SyntaxError)
    return error.message.includes('export named')
      ? 'Correct the name that is imported.'
      : 'Correct its syntax.';
  return 'Correct it there; a configuration only wires values together.';
}

function shortest(path: string, folder: string): string {
  const near = relative(folder, path);
  return near.startsWith('..') ? path : near;
}
