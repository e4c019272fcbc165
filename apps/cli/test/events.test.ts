import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Project, Started } from './project.ts';
import { projectForTest } from './project.ts';

const run = ['run', 'sales', '--date', '2018-07-01', '--today', '2018-07-08'];
const withHandlers = ['--config', 'handlers.config.ts'];

/** A project with sales of one day, and a configuration with handlers. */
function projectWith(handlers: string): Project {
  const project = projectForTest();
  project.sell('2018-07-01', 'north 1.50', 'south 2.25');
  project.write(
    'handlers.config.ts',
    `import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import config from './daybook.config.ts';

const note = (event) =>
  appendFileSync(join(import.meta.dirname, 'events.ndjson'), JSON.stringify(event) + '\\n');
const hang = async () => await new Promise(() => undefined);

export default { ...config, on: { ${handlers} } };
`,
  );
  return project;
}

/** When the process printed its result, and when it ended: milliseconds since it began. */
async function timesOf({ process: child, ended }: Started, atResult: () => void = () => undefined) {
  const startMs = performance.now();
  let printedMs = Number.POSITIVE_INFINITY;
  child.stdout?.once('data', () => {
    printedMs = performance.now() - startMs;
    atResult();
  });
  return { ...(await ended), printedMs, endedMs: performance.now() - startMs };
}

test('handlers are told, and what they throw, even where nobody waits, is said and changes nothing', async () => {
  const { daybook, folder } = projectWith(`
    runStarted: () => void setTimeout(() => { throw new Error('Thrown by a timer.'); }, 0),
    attemptStarted: [note, () => { throw new Error('Thrown at once.'); }],
    attemptEnded: () => void Promise.reject(new Error('Nobody waits.')),
    runEnded: note,
  `);
  const { code, out, err } = await daybook(...run, '--json', ...withHandlers);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ outcome: 'ok', tasks: [{ outcome: 'published', version: 1 }] });
  const told = readFileSync(join(folder, 'events.ndjson'), 'utf8').trim().split('\n');
  expect(told.map((line) => (JSON.parse(line) as { kind: string }).kind)).toEqual([
    'attemptStarted',
    'runEnded',
  ]);
  expect(JSON.parse(told[1] ?? '')).toMatchObject({
    outcome: 'ok',
    command: [...run, '--json', ...withHandlers],
  });
  for (const [place, why] of [
    ['runStarted', 'Thrown by a timer.'],
    ['attemptStarted[1]', 'Thrown at once.'],
    ['attemptEnded', 'Nobody waits.'],
  ])
    expect(err).toContain(
      `The event handler on.${place} failed: ${why} Nothing else has changed by it: see to the handler.\n`,
    );
});

test('a handler that hangs is waited for when the result is printed, for five seconds', async () => {
  const { start } = projectWith('runEnded: [hang, note]');
  const { code, out, err, printedMs, endedMs } = await timesOf(start(...run, ...withHandlers));
  expect(code).toBe(0);
  expect(out).toContain('1 output made');
  expect(endedMs - printedMs).toBeGreaterThan(4500);
  expect(endedMs - printedMs).toBeLessThan(9000);
  expect(err).toContain(
    'The event handler on.runEnded[0] was not waited for any longer, and 1 event was not taken by it: let it end sooner.\n',
  );
});

test('Ctrl-C while handlers are waited for ends the command as it would have ended', async () => {
  const { start } = projectWith('runEnded: hang');
  const started = start(...run, ...withHandlers);
  const { code, printedMs, endedMs } = await timesOf(started, () => started.process.kill('SIGINT'));
  expect(code).toBe(0);
  expect(endedMs - printedMs).toBeLessThan(4000);
});

test('a run that is interrupted tells that it was cancelled', async () => {
  const { start, write, folder } = projectWith('attemptStarted: note, runEnded: note');
  write('sales/2018-07-01.ndjson.slow', '');
  const started = start(...run, ...withHandlers);
  await expect
    .poll(() => {
      try {
        return readFileSync(join(folder, 'events.ndjson'), 'utf8');
      } catch {
        return '';
      }
    })
    .toContain('attemptStarted');
  started.process.kill('SIGINT');
  expect((await started.ended).code).toBe(130);
  const lines = readFileSync(join(folder, 'events.ndjson'), 'utf8').trim().split('\n');
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ kind: 'runEnded', outcome: 'cancelled' });
});

test('a handler that is none is told before anything runs', async () => {
  const { daybook } = projectWith('runended: note');
  const { code, err } = await daybook(...run, ...withHandlers);
  expect(code).toBe(2);
  expect(err).toContain('has handlers of "runended", which is no event: there is runStarted, runEnded,');
});
