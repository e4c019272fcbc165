import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileTargets } from '@daybook/target-file';
import { expect, test } from 'vitest';
import { centralForTest } from './central-for-test.ts';
import { projectForTest } from './project.ts';
import { different, publishedIn } from './published.ts';

const today = ['--today', '2018-07-04'];
const through = ['--through', '2018-07-03'];

function soldProject() {
  const project = projectForTest();
  project.sell('2018-07-01', 'north 1.50', 'south 2.25');
  project.sell('2018-07-02', 'north 10.00');
  project.sell('2018-07-03', 'south 0.01');
  return project;
}

test('a run that workers do comes to the same as one in this process, and says the same', async () => {
  const [here, there] = [soldProject(), soldProject()];
  const central = await centralForTest(there);
  await central.worker('--workers', '1');
  await central.worker('--workers', '2');
  const atHome = await here.daybook('run', 'all-sales', ...through, ...today, '--json');
  const away = await central.asked('run', 'all-sales', ...through, ...today, '--json');
  expect(away).toMatchObject({ code: 0, err: expect.stringContaining('published sales/date=2018-07-01') });
  const plain = (text: string): unknown => ({ ...(JSON.parse(text) as object), run: '', costs: [] });
  expect(plain(away.out)).toEqual(plain(atHome.out));
  const published = async (folder: string) => await publishedIn(fileTargets({ root: join(folder, 'data') }));
  expect(different(await published(there.folder), await published(here.folder))).toEqual([]);
  expect(existsSync(join(there.folder, '.daybook', 'runs'))).toBe(false);
  const again = await central.asked('run', 'all-sales', ...through, ...today);
  expect(again.out).toMatch(/^Run ok after .*: 2 outputs made, 7 fresh/);
});

test('its exit code is that of what happened', async () => {
  const project = soldProject();
  project.sell('2018-07-02', 'north -1.00');
  const central = await centralForTest(project);
  await central.worker();
  const run = async (...words: readonly string[]) => await central.asked('run', ...words, ...today);
  expect(await run('sales-statistics', '--date', '2018-07-02')).toMatchObject({
    code: 5,
    out: expect.stringContaining('control amount-is-positive'),
  });
  expect(await run('sales', '--date', '2018-07-04')).toMatchObject({ code: 4 });
  project.write('sales/2018-07-03.ndjson', 'no JSON\n');
  expect(await run('sales', '--date', '2018-07-03')).toMatchObject({ code: 3 });
  expect(await run('sales', '--date', '2018-07-01', '--workers', '3')).toMatchObject({
    code: 2,
    err: expect.stringContaining('--workers says how many attempts run at once in this process'),
  });
});

test('Ctrl-C ends the watching only, names the command that cancels, and exits 130', async () => {
  const project = soldProject();
  project.write('sales/2018-07-01.ndjson.slow', '');
  const central = await centralForTest(project);
  const worker = await central.worker();
  const watching = central.asking('run', 'sales', '--date', '2018-07-01', ...today);
  await worker.printed('"attempt-started"');
  watching.process.kill('SIGINT');
  const left = await watching.ended;
  expect(left.code).toBe(130);
  const run = /cancel (\S+)/.exec(left.err)?.[1] ?? '';
  expect(left.err).toContain(`The run ${run} goes on without being watched.`);
  expect((await central.asked('runs', run)).out).toMatch(/is open for .*: 1 running\./);

  const cancelled = await central.asked('cancel', run);
  expect(cancelled).toMatchObject({ code: 0, out: expect.stringContaining('1 attempt will be stopped') });
  await worker.printed('"outcome":"cancelled"');
  expect((await central.asked('runs', run)).out).toMatch(/ended cancelled after .*: 1 cancelled\./);
});

test('what failed is tried again by retry, and nothing else', async () => {
  const project = soldProject();
  project.write('sales/2018-07-02.ndjson', 'no JSON\n');
  const central = await centralForTest(project);
  await central.worker();
  const failed = await central.asked('run', 'all-sales', ...through, ...today, '--json');
  expect(failed.code).toBe(3);
  const { run } = JSON.parse(failed.out) as { readonly run: string };
  const listed = await central.asked('runs', run);
  expect(listed.out).toContain('below sales/date=2018-07-02');
  expect(listed.out).toContain('[input-unreadable]');
  project.sell('2018-07-02', 'north 3.00');
  const retried = await central.asked('retry', run, '--json');
  expect(JSON.parse(retried.out)).toEqual({
    outcome: 'ok',
    tasks: ['sales', 'sales-statistics', 'sales-report-tsv'].map((name) => `${name}/date=2018-07-02`),
  });
  await expect
    .poll(async () => (await central.asked('runs', run)).out)
    .toMatch(/ended ok after .*: 9 published\./);
  expect((await central.asked('retry', run)).out).toContain('Nothing in it has failed');
});

test('a task without parameters is named by its place, and what is not known is refused', async () => {
  const project = soldProject();
  const central = await centralForTest(project);
  const watching = central.asking('run', 'many', ...today, '--json');
  const openRun = async (): Promise<string> =>
    (JSON.parse((await central.asked('runs', '--json')).out) as { readonly runs: readonly { run: string }[] })
      .runs[0]?.run ?? '';
  await expect.poll(openRun, { timeout: 20_000 }).not.toBe('');
  const run = await openRun();
  expect(await central.asked('cancel', 'many')).toMatchObject({
    code: 0,
    out: 'Cancelled. Nothing of it is running. What is published stays.\n',
  });
  expect((await watching.ended).out).toContain('"outcome":"cancelled"');
  expect(await central.asked('retry', run, 'many')).toMatchObject({
    code: 0,
    out: expect.stringContaining('1 task begins anew.'),
  });
  expect((await central.asked('cancel', run, 'many')).out).toMatch(/^Cancelled\..*daybook runs /);
  expect((await central.asked('runs', run)).out).toMatch(/ended cancelled after .*: 1 cancelled\./);
  for (const unknown of ['sales/date=2018-07-99', 'many-more'])
    expect(await central.asked('cancel', unknown)).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining(
        `There is neither a run nor a task ${unknown}: daybook runs --scheduler ${central.url} shows the runs. [scheduler-refused]`,
      ),
    });
  expect((await central.asked('cancel', run, 'sales')).err).toContain(`The run ${run} has no task sales.`);
  expect((await central.asked('cancel', run, 'many', 'sales')).err).toContain('the run first. See daybook');
});

test.each(['pause', 'resume'])('to %s one task is refused: it goes by names', async (word) => {
  const { daybook } = projectForTest();
  const refused = await daybook(word, 'sales/date=2018-07-01');
  expect(refused).toMatchObject({ code: 2, out: '' });
  expect(refused.err).toContain(`sales/date=2018-07-01 is one task: daybook ${word} sales.`);
});

test('a pause of a name holds back its tasks and no others, until it is resumed', async () => {
  const project = soldProject();
  const central = await centralForTest(project);
  const worker = await central.worker();
  expect(await central.asked('pause', 'sales-statistics')).toMatchObject({
    code: 0,
    out: expect.stringContaining('Paused: sales-statistics.'),
  });
  const run = central.asking('run', 'sales-statistics', '--date', '2018-07-01', ...today);
  await worker.printed('"outcome":"published"');
  const { out } = await central.asked('runs');
  expect(out).toContain('1 run, 1 of them open.');
  expect(out).toMatch(/local +0 +1 +0/);
  expect(out).toContain('Paused, so that none of them begins: sales-statistics.');
  expect((await central.asked('resume')).out).toBe('Nothing is paused.\n');
  expect(await run.ended).toMatchObject({ code: 0 });
});

test('a worker that is told to stop ends what it does, takes nothing more, and exits 0', async () => {
  const project = soldProject();
  const central = await centralForTest(project);
  project.write('sales/2018-07-01.ndjson.slow', '');
  const worker = await central.worker('--workers', '1');
  const run = central.asking('run', 'all-sales', ...through, ...today);
  await worker.printed('"attempt-started"');
  worker.process.kill('SIGTERM');
  await worker.printed('"draining"');
  worker.process.kill('SIGTERM');
  const { code, out } = await worker.ended;
  expect(code).toBe(0);
  expect(out).toContain('"outcome":"cancelled"');
  expect(out.match(/"attempt-started"/g)).toHaveLength(1);
  project.write('sales/2018-07-01.ndjson.slow', '');
  run.process.kill('SIGINT');
  expect((await run.ended).code).toBe(130);
});

test('a scheduler that is not there is exit 7, and one that refuses is exit 2 and says why', async () => {
  const project = soldProject();
  const central = await centralForTest(project);
  const reader = (await project.daybook('token', 'create', '--role', 'reader')).out.trim();
  central.server.process.kill('SIGTERM');
  expect((await central.server.ended).code).toBe(0);
  expect(await central.asked('runs')).toMatchObject({
    code: 7,
    err: expect.stringContaining('[scheduler-unreachable]'),
  });
  const without = await project.daybook('runs');
  expect(without).toMatchObject({ code: 2, err: expect.stringContaining('set DAYBOOK_TOKEN') });
  expect(reader).toMatch(/^daybook_reader_/);
});

test('what fell due while the scheduler was away is run once, and handlers are told', async () => {
  const project = soldProject();
  project.write(
    'central.config.ts',
    `
    import { appendFileSync } from 'node:fs';
    import { join } from 'node:path';
    import config from './daybook.config.ts';
    const note = ({ kind, run, outcome }) => appendFileSync(join(import.meta.dirname, 'told'), [kind, run, outcome].join(' ') + '\\n');
    const givenUp = () => appendFileSync(join(import.meta.dirname, 'given-up'), 'one\\n');
    const hang = (_, { signal }) => new Promise(() => signal.addEventListener('abort', givenUp));
    const daily = { name: 'daily', task: 'sales-statistics', parameters: { date: '2018-07-02' }, cron: '0 0 1 * *' };
    export default {
      ...config,
      schedules: [daily],
      on: { runStarted: note, runEnded: [note, () => { throw new Error('It cannot be told.'); }], attemptEnded: hang },
    };
    `,
  );
  const awaySince = Date.now() - 100 * 86_400_000;
  const standing = { cron: '0 0 1 * *', zone: 'UTC', handledMs: awaySince, okMs: awaySince };
  mkdirSync(join(project.folder, '.daybook'));
  project.write('.daybook/schedules.json', JSON.stringify({ format: 1, schedules: { daily: standing } }));
  const central = await centralForTest(project, '--config', 'central.config.ts');
  await central.worker();
  const log = await central.server.printed('"schedule-ran"');
  const run = /"run":"(\d{8}T000000000Z-daily)"/.exec(log)?.[1] ?? '';
  expect((await central.asked('runs', run)).out).toMatch(/ended ok after .*: 2 published\./);
  expect((await central.asked('runs')).out).toContain('1 run, 0 of them open.');
  central.server.process.kill('SIGTERM');
  const { code, out } = await central.server.ended;
  expect(code).toBe(0);
  expect(readFileSync(join(project.folder, 'told'), 'utf8')).toBe(`runStarted ${run} \nrunEnded ${run} ok\n`);
  // A scheduler that ends gives up the handlers that it has waited for.
  expect(readFileSync(join(project.folder, 'given-up'), 'utf8')).toContain('one');
  expect(out).toContain('on.runEnded[1]');
  expect(out).toContain('It cannot be told.');
});

test('events of the central scheduler happened when it says, and at debug a worker logs where a job failed', async () => {
  const project = soldProject();
  project.write(
    'central.config.ts',
    `
    import { appendFileSync } from 'node:fs';
    import { join } from 'node:path';
    import { defineTask, files } from '@daybook/core';
    import config from './daybook.config.ts';
    const note = ({ kind, at }) => appendFileSync(join(import.meta.dirname, 'told'), kind + ' ' + at + '\\n');
    const run = () => { throw new Error('It is broken.'); };
    const broken = defineTask({ name: 'broken', output: files(), job: { kind: 'code', version: '1', run } });
    export default { ...config, tasks: [...config.tasks, broken], on: { attemptEnded: note, runEnded: note } };
    `,
  );
  const configured = ['--config', 'central.config.ts'];
  const central = await centralForTest(project, ...configured);
  const worker = await central.worker('--log', 'debug', ...configured);
  expect(await central.asked('run', 'broken', ...configured)).toMatchObject({ code: 3 });
  await central.server.printed('"run-ended"');
  central.server.process.kill('SIGTERM');
  await central.server.ended;
  const told = readFileSync(join(project.folder, 'told'), 'utf8').trim().split('\n');
  const times = told.map((line) => line.split(' ')[1]);
  expect(told.map((line) => line.split(' ')[0])).toEqual(['attemptEnded', 'runEnded']);
  expect(times[0]).toBe(times[1]);
  expect(await worker.printed('"attempt-stack"')).toMatch(
    /"stack":"Error: It is broken\.\\n +at .*central\.config\.ts/,
  );
});

test('of the clusters of its runners a worker tells its own handlers', async () => {
  const project = soldProject();
  project.write(
    'central.config.ts',
    `
    import { appendFileSync } from 'node:fs';
    import { join } from 'node:path';
    import config from './daybook.config.ts';
    const note = ({ kind, runner, cluster }) => appendFileSync(join(import.meta.dirname, 'told'), [kind, runner, cluster].join(' ') + '\\n');
    let told = () => undefined;
    const [local] = config.runners;
    const runner = {
      ...local,
      watch: (given) => {
        told = given;
        told({ kind: 'cluster-created', cluster: 'j-1', sinceMs: 0 });
      },
      close: async () => {
        told({ kind: 'cluster-ended', cluster: 'j-1', sinceMs: 0, untilMs: 1000 });
        await local.close?.();
      },
    };
    export default { ...config, runners: [runner], on: { clusterCreated: note, clusterEnded: note } };
    `,
  );
  const central = await centralForTest(project);
  const worker = await central.worker('--config', 'central.config.ts');
  worker.process.kill('SIGTERM');
  expect((await worker.ended).code).toBe(0);
  const told = readFileSync(join(project.folder, 'told'), 'utf8');
  expect(told).toBe('clusterCreated local j-1\nclusterEnded local j-1\n');
});

test('tokens are made, told of and taken back; only their digests are stored', async () => {
  const project = projectForTest();
  const state = join(project.folder, 'elsewhere');
  const made = await project.daybook('token', 'create', '--role', 'reader', '--state', state);
  expect(made).toMatchObject({ code: 0, out: expect.stringMatching(/^daybook_reader_[\w-]{43}\n$/) });
  const files = readdirSync(join(state, 'tokens')).map((name) =>
    readFileSync(join(state, 'tokens', name), 'utf8'),
  );
  expect(files).toHaveLength(1);
  expect(files.join('')).not.toContain(made.out.trim().slice(-43));
  const [{ id }] = (
    JSON.parse((await project.daybook('token', 'list', '--state', state, '--json')).out) as {
      readonly tokens: readonly [{ readonly id: string }];
    }
  ).tokens;
  expect((await project.daybook('token', 'list', '--state', state)).out).toContain(`${id}  reader`);
  expect(await project.daybook('token', 'remove', id, '--state', state)).toMatchObject({ code: 0 });
  expect((await project.daybook('token', 'list', '--state', state)).out).toContain('There are 0 tokens');
  for (const words of [['create'], ['create', '--role', 'king'], ['remove', id], ['remove'], ['lose'], []])
    expect(await project.daybook('token', ...words, '--state', state)).toMatchObject({ code: 2, out: '' });
});

test('where the tokens cannot be read, every command on them and the scheduler say whose they are to be', async () => {
  const { daybook, folder, write } = projectForTest();
  mkdirSync(join(folder, '.daybook'));
  write('.daybook/tokens', '');
  for (const words of [
    ['token', 'list'],
    ['token', 'remove', '0123456789ab'],
    ['serve', '--port', '0'],
  ]) {
    const refused = await daybook(...words);
    expect(refused).toMatchObject({ code: 3, out: '' });
    expect(refused.err).toMatch(
      /The tokens in .*tokens cannot be read as the user .*chown -R .*\[write-failed\]/,
    );
  }
});

test.each([
  [['--port', '70000'], '--port 70000 is no port'],
  [['--lease', '1'], '--lease 1 is too short'],
  [['--run-days', '0'], '--run-days 0 is not a whole number from 1'],
  [['--host', '0.0.0.0', '--state', 'none'], 'does not listen on 0.0.0.0 without any token'],
  [['--log', 'loud'], '--log loud is none of'],
])('serve %j is refused', async (words, why) => {
  const { daybook } = projectForTest();
  const refused = await daybook('serve', ...words);
  expect(refused).toMatchObject({ code: 2, out: '' });
  expect(refused.err).toContain(why);
});
