import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { main } from '../src/main.ts';
import { date, dayText, exchangeOf, scratchFolder } from './fixtures.ts';

const bin = fileURLToPath(new URL('../bin/exchange-simulator.js', import.meta.url));

describe('the command', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)(
    'serves on a free port that it prints, and ends with 0 on %s',
    async (signal) => {
      const { child, line } = await start([
        '--seed',
        '9',
        '--today',
        '2018-08-01',
        '--postings-per-day',
        '500',
      ]);
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)![0];
      const text = await (await fetch(`${url}/v1/days/${date}/transactions`)).text();
      expect(text).toBe(dayText(exchangeOf({ seed: 9, postingsPerDay: 500 })));
      await fetch(`${url}/control/faults`, { method: 'POST', body: '{"kind":"stall","stallMs":60000}' });
      const stalled = fetch(`${url}/v1/days/${date}`).catch(() => 'ended');
      await expect
        .poll(async () => await (await fetch(`${url}/control/state`)).json())
        .toMatchObject({ faults: [] });
      const startMs = performance.now();
      child.kill(signal);
      expect(await once(child, 'exit')).toEqual([0, null]);
      expect(performance.now() - startMs).toBeLessThan(2_000);
      expect(await stalled).toBe('ended');
    },
  );

  test('exports one day to a file whose name says how', async () => {
    const folder = await scratchFolder();
    const file = join(folder, `${date}.csv.gz`);
    const { code, stdout } = await run(['export', '--date', date, '--to', file, '--totals']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('10000 postings') });
    expect((await readdir(folder)).sort()).toEqual([`${date}.csv.gz`, `${date}.totals.json`]);
  });

  test('exports many days to a folder, late transactions and all', async () => {
    const folder = await scratchFolder();
    const days = ['--from', '2018-07-23', '--through', '2018-07-24'];
    const flags = ['--seed', '3', '--postings-per-day', '100', '--late', '2', '--today', '2018-08-01'];
    expect(await run(['export', ...days, '--to', folder, ...flags])).toMatchObject({ code: 0 });
    expect((await readdir(folder)).sort()).toEqual(['2018-07-23.ndjson', '2018-07-24.ndjson']);
    const exchange = exchangeOf({ seed: 3, postingsPerDay: 100 });
    exchange.addLate(date, 2);
    expect(await readFile(join(folder, `${date}.ndjson`), 'utf8')).toBe(dayText(exchange));
  });

  test.each([
    [['--port', 'http'], /--port/],
    [['--postings-per-day', '1'], /postingsPerDay/],
    [['--currencies', 'EUR=5=3'], /--currencies/],
    [['--fault-kinds', 'flood'], /--fault-kinds.*error500/],
    [['--sead', '3'], /sead/],
    [['export', '--to', 'x.ndjson'], /--date/],
    [['export', '--date', date, '--to', 'x.parquet'], /x\.parquet.*\.ndjson/],
    [['export', '--from', '2018-07-25', '--through', '2018-07-24', '--to', 'x/'], /--from/],
    [['export', '--date', '2018-06-30', '--to', 'x.ndjson'], /first day/],
  ])('refuses %j with 2 and one sentence', async (args, sentence) => {
    const stdout = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    onTestFinished(() => void vi.restoreAllMocks());
    expect(await main(args)).toBe(2);
    const said = stderr.mock.calls.map(([text]) => String(text)).join('');
    expect(said).toMatch(sentence);
    expect(said.trimEnd().split('\n')).toHaveLength(1);
    expect(stdout).not.toHaveBeenCalled();
  });

  test('exits with the code of what went wrong', async () => {
    const { code, stdout, stderr } = await run(['--port', 'http']);
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: '--port is a number, not "http".\n',
    });
  });
});

async function start(args: readonly string[]) {
  const child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { child, line };
}

async function run(args: readonly string[]) {
  return await new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [bin, ...args], (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr });
    });
  });
}
