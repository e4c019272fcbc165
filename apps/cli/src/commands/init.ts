import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DaybookError, isSystemError } from '@daybook/core';
import type { Invocation } from '../invocation.ts';
import { projectPackage } from '../project-package.ts';
import { initDocument, initText } from '../render/init.ts';
import type { Streams } from '../workplace.ts';

const template = fileURLToPath(new URL('../../templates/project', import.meta.url));
/** What may be in the folder of a new project. */
const harmless = ['.git', '.DS_Store'];
const mostNamed = 8;

/** `daybook init`: a new project, with a task of its own and a test for it, that runs at once. */
export async function initCommand(
  { tasks, options }: Invocation,
  { out, outPaint }: Streams,
): Promise<number> {
  const folder = resolve(tasks[0] ?? '.');
  await checkEmpty(folder);
  const files = filesOf(folder);
  for (const [path, content] of files) {
    try {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content, { flag: 'wx' });
    } catch (error) {
      throw notWritten(error, join(folder, path));
    }
  }
  const facts = {
    folder,
    near: relative(process.cwd(), folder),
    files: [...files.keys()],
    paint: outPaint,
  };
  await out.write(options.json === true ? `${JSON.stringify(initDocument(facts))}\n` : initText(facts));
  return 0;
}

async function checkEmpty(folder: string): Promise<void> {
  const there = await listed(folder);
  const [...strangers] = there.filter((name) => !harmless.includes(name)).sort();
  if (strangers.length === 0) return;
  const named = strangers.slice(0, mostNamed).join(', ');
  const more = strangers.length > mostNamed ? `, and ${strangers.length - mostNamed} more` : '';
  throw new DaybookError(
    'usage',
    `The folder ${folder} is not empty: there is ${named}${more}. Give a folder of its own: daybook init FOLDER.`,
  );
}

async function listed(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return [];
    throw notWritten(error, folder);
  }
}

/** The files of a new project by their path, in order. Those of the template that npm would not pack have other names there. */
function filesOf(folder: string): ReadonlyMap<string, string> {
  const files = new Map([['package.json', projectPackage(folder, versions())]]);
  for (const entry of readdirSync(template, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = relative(template, path);
    files.set(name === 'gitignore' ? '.gitignore' : name, readFileSync(path, 'utf8'));
  }
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function versions(): Parameters<typeof projectPackage>[1] {
  const { version } = createRequire(import.meta.url)('../../package.json') as { readonly version: string };
  return { daybook: version, typescript: '^7.0.2', nodeTypes: '^24.0.0' };
}

function notWritten(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error;
  const message = `The new project cannot be made at ${path}: ${error.message}: give a folder that can be written.`;
  return new DaybookError('usage', message, { cause: error });
}
