/** What the child process does: one job at a time, as its parent says, until its parent ends. */
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Job } from '@daybook/core';
import { assert, checkConfig, codeDigestOf, DaybookError, definitionOf } from '@daybook/core';
import type { FromChild, ToChild } from './child-messages.ts';
import { execute } from './execute.ts';
import type { LocalJob } from './local-job.ts';

/**
 * Standard input is a pipe that the parent holds: when it ends, so do we, even in the middle of a loop. It is watched by the
 * thread's own event loop, not by a read that blocks: a blocked thread would keep the process from exiting by itself.
 */
const watchParent = `
  const { Socket } = require('node:net');
  const end = () => process.kill(process.pid, 'SIGKILL');
  new Socket({ fd: 0, readable: true, writable: false }).on('end', end).on('error', end).resume();
`;

new Worker(watchParent, { eval: true }).unref();
// The parent decides what an interrupt means; a terminal sends it to the whole group.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);

let grant: ((bytes: number) => void) | undefined;
let brought: ((answer: Brought) => void) | undefined;
let loaded: Promise<ReturnType<typeof checkConfig>> | undefined;

process.on('message', (message: ToChild) => {
  if (message.kind === 'granted') grant?.(message.bytes);
  else if (message.kind === 'run') void run(message.job);
  else brought?.(message);
});

type Brought = ToChild & { readonly kind: 'brought' | 'not-brought' };

async function run(job: LocalJob): Promise<void> {
  const result = await execute(
    job,
    {
      signal: new AbortController().signal,
      progress: (step) => tell({ kind: 'progress', step }),
      memory: (bytes) =>
        new Promise((resolve) => {
          grant = resolve;
          tell({ kind: 'memory', bytes });
        }),
      columns: async (names) => {
        const answer = await new Promise<Brought>((resolve) => {
          brought = resolve;
          tell({ kind: 'columns', ...(names === undefined ? {} : { names }) });
        });
        if (answer.kind === 'brought') return new Map(answer.paths);
        const { code, message } = answer.error;
        throw code === 'bug' ? new Error(message) : new DaybookError(code, message);
      },
    },
    findJob,
  );
  tell({ kind: 'result', result, rssBytes: process.memoryUsage.rss() });
}

async function findJob(job: LocalJob): Promise<Job> {
  const { configPath } = job;
  assert(configPath !== undefined, `${job.task} was given to a child process without a configuration.`);
  loaded ??= import(pathToFileURL(configPath).href).then((module: { default?: unknown }) =>
    checkConfig(module.default, configPath),
  );
  const definition = definitionOf(await loaded, job.taskName);
  // Code that was edited since the plan would be published under the digest of the code before.
  if (definition.job !== undefined && codeDigestOf(definition) === job.codeDigest) return definition.job;
  throw new DaybookError(
    'config-invalid',
    `The configuration ${configPath} says another thing of ${job.taskName} here than in the process that planned: it was changed meanwhile, or does not always say the same. Run again.`,
  );
}

function tell(message: FromChild): void {
  process.send?.(message);
}
