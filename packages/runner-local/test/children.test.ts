import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Outcome, Runner, Target, Task } from '@daybook/core';
import { assert, attemptToken, codeDigestOf, defineTask, files, sql, table, text } from '@daybook/core';
import { fileTargets } from '@daybook/target-file';
import { describe, expect, onTestFinished, test } from 'vitest';
import { localRunner } from '../src/index.ts';
import { makeScratch } from '../src/scratch.ts';
import config, { habits, hurried } from './fixtures/daybook.config.ts';
import type { Project } from './project.ts';
import { childConfig, fileText, projectOf, temporaryFolder, today } from './project.ts';

/** A project whose jobs run in children, with the folder that they use besides. */
function projectWithChildren(): Project & { readonly scratch: string } {
  const scratch = temporaryFolder();
  const runner = localRunner({ scratch, threads: 2 });
  return { ...projectOf(config.tasks, { runner, configPath: childConfig }), scratch };
}

describe('a job that', () => {
  test.each([
    ['exits', 'exit', 'ended with code 7'],
    ['is ended by a signal', 'segfault', 'was ended by SIGSEGV'],
    ['forgets a promise that is rejected', 'reject', 'ended with code 1'],
  ] as const)('%s has crashed, and its process is gone', async (_, habit, why) => {
    const project = projectWithChildren();
    expect(await project.end(habits({ habit }))).toMatchObject({
      kind: 'crashed',
      error: { code: 'job-crashed', message: expect.stringContaining(why) as string },
    });
    expect(isRunning(processIdIn(project.root))).toBe(false);
    expect(readdirSync(project.scratch)).toEqual([]);
  });

  test('throws has failed, and the child goes on', async () => {
    const project = projectWithChildren();
    const { ends } = await project.run([habits({ habit: 'throw' }), habits({ habit: 'none' })]);
    expect(ends[habits({ habit: 'throw' }).id]).toMatchObject({
      kind: 'failed',
      fault: 'task',
      error: { code: 'job-failed', message: 'the job is not in the mood' },
    });
    expect(ends[habits({ habit: 'none' }).id]).toMatchObject({ kind: 'published' });
  });

  test('loops for ever is killed when its time is over, and the next job works', async () => {
    const project = projectWithChildren();
    const startMs = performance.now();
    const { ends } = await project.run([hurried({ habit: 'loop' }), hurried({ habit: 'none' })]);
    expect(ends[hurried({ habit: 'loop' }).id]).toEqual({ kind: 'timed-out' });
    expect(ends[hurried({ habit: 'none' }).id]).toMatchObject({ kind: 'published' });
    expect(performance.now() - startMs).toBeGreaterThan(3_000);
    for (const id of processIdsIn(project.root)) expect(isRunning(id)).toBe(false);
  });

  test('loops for ever is killed at once when it is cancelled', async () => {
    const project = projectWithChildren();
    const abort = new AbortController();
    const running = project.run([habits({ habit: 'loop' })], { signal: abort.signal });
    const id = await untilThere(() => processIdsIn(project.root)[0]);
    expect(isRunning(id)).toBe(true);
    const startMs = performance.now();
    abort.abort();
    expect((await running).outcome).toBe('cancelled');
    expect(performance.now() - startMs).toBeLessThan(2_000);
    expect(isRunning(id)).toBe(false);
    expect(readdirSync(project.scratch)).toEqual([]);
  });
});

test('code that a child finds otherwise than it was planned makes nothing', async () => {
  const scratch = temporaryFolder();
  // In the configuration that the child imports it has the version 1: that was edited after this process had read it.
  const edited = defineTask({
    name: 'habits',
    params: { habit: text },
    output: files(),
    job: { kind: 'code', version: '2', run: async () => undefined },
  });
  const runner = localRunner({ scratch, threads: 2 });
  const project = projectOf([edited], { runner, configPath: childConfig });
  expect(await project.end(edited({ habit: 'none' }))).toMatchObject({
    kind: 'failed',
    fault: 'task',
    error: {
      code: 'config-invalid',
      message: expect.stringMatching(
        /daybook\.config\.ts says another thing of habits .* Run again\.$/,
      ) as string,
    },
  });
  expect(await project.target.currentVersion('habits/habit=none')).toBe(0);
});

test('one warm child does one job after another, and none is left when the runner is closed', async () => {
  const project = projectWithChildren();
  const tasks = [habits({ habit: 'none' }), hurried({ habit: 'none' })];
  await project.run(tasks);
  const ids = await Promise.all(tasks.map(async (task) => await fileText(project, task, 'process-id')));
  expect(new Set(ids).size).toBe(1);
  expect(ids[0]).not.toBe(String(process.pid));
  await untilGone(Number(ids[0]));
  expect(readdirSync(project.scratch)).toEqual([]);
});

test('a runner that was closed starts anew', async () => {
  const project = projectWithChildren();
  expect(await project.end(habits({ habit: 'none' }))).toMatchObject({ kind: 'published' });
  expect(await project.end(hurried({ habit: 'none' }))).toMatchObject({ kind: 'published' });
});

describe('when the parent', () => {
  test('is killed while a job loops, the child ends too', async () => {
    const { parent, root } = startParent('loop');
    const id = await untilThere(() => processIdsIn(root)[0]);
    expect(isRunning(id)).toBe(true);
    parent.kill('SIGKILL');
    await untilGone(id);
  });

  test('ends without closing its runner, it ends by itself and the warm child ends too', async () => {
    const { root, ended } = startParent('none', 'leave');
    expect(await ended).toMatchObject({ code: 0 });
    await untilGone(processIdsIn(root)[0] ?? 0);
  });

  test('was killed, its scratch folder is removed by the next process, and by that alone', async () => {
    const { parent, root, scratch, ended } = startParent('loop');
    await untilThere(() => processIdsIn(root)[0]);
    const [left = ''] = readdirSync(scratch);
    expect(left).toMatch(new RegExp(`^daybook-${parent.pid}-`));
    mkdirSync(join(scratch, 'daybook-notes'));
    const living = makeScratch(scratch);
    expect(readdirSync(scratch)).toContain(left);
    parent.kill('SIGKILL');
    await ended;
    const second = makeScratch(scratch);
    expect(readdirSync(scratch).toSorted()).toEqual(
      ['daybook-notes', ...[living, second].map((path) => path.slice(scratch.length + 1))].toSorted(),
    );
  });

  test('prints a document, a job that prints does not write into it', async () => {
    const { ended } = startParent('print');
    const { stdout, stderr } = await ended;
    expect(stdout).toBe('{"outcome":"ok"}\n');
    expect(stderr).toContain('printed by a job\n');
  });
});

test('a scratch folder is made where there is none, with the folders above it', () => {
  const folder = join(temporaryFolder(), 'a', 'b');
  expect(existsSync(makeScratch(folder))).toBe(true);
});

describe('memory', () => {
  const free = 64 * 1024 * 1024;

  test('that a job waits for does not count as its time', async () => {
    const { outcomeOf } = directly(localRunner({ memoryBytes: free, threads: 2 }));
    const first = outcomeOf(habits({ habit: 'nap' }));
    await sleep(700);
    expect(await outcomeOf(hurried({ habit: 'none' }))).toMatchObject({ kind: 'staged' });
    expect(await first).toMatchObject({ kind: 'staged' });
  });

  test('that a cancelled job waited for, or held, is there for the others', async () => {
    const { outcomeOf, root } = directly(localRunner({ memoryBytes: free, threads: 2 }));
    const [holding, waiting] = [new AbortController(), new AbortController()];
    const first = outcomeOf(habits({ habit: 'loop' }), holding.signal);
    await untilThere(() => processIdsIn(root)[0]);
    const second = outcomeOf(hurried({ habit: 'none' }), waiting.signal);
    await sleep(700);
    waiting.abort();
    expect(await second).toMatchObject({ kind: 'cancelled' });
    holding.abort();
    expect(await first).toMatchObject({ kind: 'cancelled' });
    expect(await outcomeOf(hurried({ habit: 'none' }))).toMatchObject({ kind: 'staged' });
  });

  test('that was guessed too low is what there is, in a second try', async () => {
    // A text in the making is no block that could go to the disk.
    const long = defineTask({
      name: 'long',
      output: table({ length: 'bigint' }),
      job: sql`SELECT length(string_agg(md5(CAST(i AS VARCHAR)), '')) AS length FROM range(3000000) t(i)`,
    });
    const scratch = temporaryFolder();
    for (const isolation of ['process', 'none'] as const) {
      const enough = projectOf([long], {
        runner: localRunner({ isolation, scratch, memoryBytes: 16 * free, threads: 1 }),
      });
      expect((await enough.run([long()])).outcome).toBe('ok');
      expect(await enough.rows(long())).toEqual([{ length: '96000000' }]);
      const less = projectOf([long], {
        runner: localRunner({ isolation, scratch, memoryBytes: free, threads: 1 }),
      });
      expect((await less.run([long()])).tasks).toMatchObject([
        {
          end: {
            kind: 'failed',
            fault: 'task',
            error: {
              code: 'memory-exceeded',
              message:
                'long needs more memory than it may use (64.0 MiB): give localRunner({ memoryBytes }) more, then run again.',
            },
          },
        },
      ]);
    }
  });

  test('that does not suffice is made up for on the disk, by one job after another', async () => {
    const scratch = temporaryFolder();
    const sorted = ['a', 'b'].map((name) =>
      defineTask({
        name,
        output: table({ last: 'bigint' }),
        job: sql`SELECT MAX(place) AS last FROM (
          SELECT row_number() OVER (ORDER BY md5(i || ${name})) AS place FROM range(500000) t(i))`,
      }),
    );
    const tasks = sorted.map((each) => each());
    for (const isolation of ['process', 'none'] as const) {
      const runner = localRunner({ isolation, scratch, memoryBytes: free, threads: 2 });
      const project = projectOf(sorted, { runner });
      expect((await project.run(tasks)).outcome).toBe('ok');
      // The runner was closed, and with it the folder that the disk was used in.
      expect((await project.run(tasks.slice(1), { force: true })).outcome).toBe('ok');
      expect(await project.rows(tasks[0] as Task)).toEqual([{ last: '500000' }]);
    }
    expect(readdirSync(scratch)).toEqual([]);
  });
});

/** A runner to ask for one attempt at a time, without a scheduler. */
function directly(runner: Runner): {
  readonly root: string;
  outcomeOf(task: Task, signal?: AbortSignal): Promise<Outcome | undefined>;
} {
  const root = temporaryFolder();
  const target: Target = fileTargets({ root });
  onTestFinished(async () => await runner.close?.());
  let attempts = 0;
  return {
    root,
    async outcomeOf(task, signal = new AbortController().signal) {
      const { job, timeoutMs } = task.definition;
      assert(job, 'A task that is tried has a job.');
      attempts += 1;
      const attempt = attemptToken(1, String(attempts).padStart(32, '0'));
      const limit = timeoutMs === undefined ? {} : { timeoutMs };
      const work = {
        task,
        attempt,
        job,
        declared: {},
        inputs: [],
        stage: target.stage(task.id, attempt),
        codeDigest: codeDigestOf(task.definition),
        signal,
        ...limit,
      };
      for await (const outcome of runner.run([work], {
        target,
        run: 'test',
        configPath: childConfig,
        today,
        progress: () => undefined,
      }))
        return outcome;
      return undefined;
    },
  };
}

interface Parent {
  readonly parent: ChildProcess;
  readonly root: string;
  readonly scratch: string;
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
}

/** Starts a process that runs one task in a child of its own. */
function startParent(habit: string, ending = 'close'): Parent {
  const [root, scratch] = [temporaryFolder(), temporaryFolder()];
  const script = fileURLToPath(new URL('./fixtures/parent.ts', import.meta.url));
  const parent = spawn(process.execPath, [
    '--conditions=daybook-source',
    script,
    root,
    scratch,
    habit,
    ending,
  ]);
  onTestFinished(() => void parent.kill('SIGKILL'));
  const output = { stdout: '', stderr: '' };
  parent.stdout.on('data', (chunk: Buffer) => (output.stdout += String(chunk)));
  parent.stderr.on('data', (chunk: Buffer) => (output.stderr += String(chunk)));
  const ended = new Promise<number | null>((resolve) => parent.once('close', resolve)).then((code) => ({
    code,
    ...output,
  }));
  return { parent, root, scratch, ended };
}

/** The ids that jobs wrote into their stages, of those processes that did. */
function processIdsIn(root: string): readonly number[] {
  return globSync('*/attempts/*/*/process-id', { cwd: root })
    .map((path) => Number(readFileSync(join(root, path), 'utf8')))
    .filter((id) => id > 0);
}

function processIdIn(root: string): number {
  const [id] = processIdsIn(root);
  assert(id, 'The job wrote its process id.');
  return id;
}

async function untilThere<T>(look: () => T | undefined): Promise<T> {
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    await sleep(20);
  }
}

/** Waits until a process is gone; the test's own time is the limit. */
async function untilGone(id: number): Promise<void> {
  expect(id).toBeGreaterThan(0);
  while (isRunning(id)) await sleep(20);
}

/** Whether there is a process that has not ended; one that only waits to be collected has. */
function isRunning(id: number): boolean {
  try {
    process.kill(id, 0);
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${id}/stat`, 'utf8'));
  } catch (error) {
    // Where there is no /proc, that the process can be sent a signal is all that is known.
    return (error as NodeJS.ErrnoException).code === 'ENOENT' && !existsSync('/proc/self');
  }
}
