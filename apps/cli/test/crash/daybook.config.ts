/** The project of the command's tests, in a process that is killed where `death.json` says. Child processes import it too. */
import fs, { existsSync, readFileSync, rmSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import type { Target } from '@daybook/core';
import { defineConfig } from '@daybook/core';
import type { Death } from './deadly.ts';
import { deathFile } from './deadly.ts';
import project from './project.config.ts';

const path = join(import.meta.dirname, deathFile);
const death = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Death) : undefined;
let left = death?.count ?? 0;

/** Whether this is the act at which to die. */
function isDue(act: Death['act']): boolean {
  return act === death?.act && (left -= 1) === 0;
}

function die(): never {
  rmSync(path, { force: true });
  process.kill(0, 'SIGKILL');
  for (;;);
}

async function deadly<T>(act: Death['act'], perform: () => Promise<T>): Promise<T> {
  const due = isDue(act);
  if (due && death?.when === 'before') die();
  const done = perform();
  if (due && death?.when === 'within') {
    await new Promise((resolve) => setTimeout(resolve, death.withinMs));
    die();
  }
  const value = await done;
  if (due) die();
  return value;
}

function deadlyTarget(target: Target): Target {
  return {
    ...target,
    createManifest: async (...given) =>
      await deadly('create', async () => await target.createManifest(...given)),
    stage(...given) {
      const stage = target.stage(...given);
      return {
        ...stage,
        // Into a stage that is no folder an engine cannot write by itself: each file is written by the runner's process.
        ...(death?.act === 'write' ? { uri: `elsewhere:///${stage.path}` } : {}),
        write: async (...file) => await deadly('write', async () => await stage.write(...file)),
        sync: async (names) => await deadly('sync', async () => await stage.sync(names)),
      };
    },
  };
}

const { appendFileSync, linkSync } = fs;
// A link is there or not: within it is after it.
fs.linkSync = (from, to) => {
  const due = isDue('link');
  if (due && death?.when === 'before') die();
  linkSync(from, to);
  if (due) die();
};
fs.appendFileSync = (file, data, options) => {
  if (!isDue('journal')) return appendFileSync(file, data, options);
  if (death?.when !== 'before')
    appendFileSync(file, death?.when === 'within' ? String(data).slice(0, 30) : data, options);
  return die();
};
syncBuiltinESMExports();

export default defineConfig({ ...project, targets: deadlyTarget(project.targets) });
