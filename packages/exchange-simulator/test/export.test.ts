import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { exportDay } from '../src/index.ts';
import { date, dayText, exchangeOf, pageUrl, scratchFolder, serve } from './fixtures.ts';

describe('an export', () => {
  test('equals what is served, with the totals', async () => {
    const server = await serve({ postingsPerDay: 5_000 });
    const { exchange } = server;
    exchange.addLate(date, 5);
    const folder = await scratchFolder();
    const file = join(folder, 'new', `${date}.ndjson`);
    const exported = await exportDay({ exchange, date, file, totals: true });
    const bytes = await readFile(file);
    expect(bytes.toString()).toBe(await (await fetch(pageUrl(server, 0, 10_000))).text());
    expect(exported).toEqual({ file, count: 5_011, bytes: bytes.length });
    const totals = await readFile(join(folder, 'new', `${date}.totals.json`), 'utf8');
    expect(totals).toBe(await (await fetch(`${server.url}/v1/days/${date}`)).text());
    expect((await readdir(join(folder, 'new'))).sort()).toEqual([`${date}.ndjson`, `${date}.totals.json`]);
  });

  test('as CSV has a header and the same values', async () => {
    const exchange = exchangeOf({ postingsPerDay: 3_000 });
    const file = join(await scratchFolder(), `${date}.csv`);
    await exportDay({ exchange, date, file, format: 'csv' });
    const [header, ...lines] = (await readFile(file, 'utf8')).trimEnd().split('\n');
    const names = header!.split(',');
    const postings = dayText(exchange)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map((line) => line.split(','))).toEqual(
      postings.map((posting) => names.map((name) => String(posting[name] ?? ''))),
    );
  });

  test('of a day without postings is empty, or the header alone', async () => {
    const exchange = exchangeOf({ postingsPerDay: 0 });
    const folder = await scratchFolder();
    await exportDay({ exchange, date, file: join(folder, 'a.ndjson') });
    await exportDay({ exchange, date, file: join(folder, 'a.csv'), format: 'csv' });
    expect(await readFile(join(folder, 'a.ndjson'), 'utf8')).toBe('');
    expect(await readFile(join(folder, 'a.csv'), 'utf8')).toMatch(/^sequence,[a-z_,]+\n$/);
  });

  test('is compressed when told so', async () => {
    const exchange = exchangeOf();
    const file = join(await scratchFolder(), `${date}.ndjson.gz`);
    await exportDay({ exchange, date, file, gzip: true });
    expect(gunzipSync(await readFile(file)).toString()).toBe(dayText(exchange));
  });

  test.each([false, true])('that is aborted leaves nothing behind (gzip: %s)', async (gzip) => {
    const folder = await scratchFolder();
    const stop = new AbortController();
    const exporting = exportDay({
      exchange: exchangeOf({ postingsPerDay: 5_000_000 }),
      date,
      file: join(folder, 'big.ndjson'),
      gzip,
      signal: stop.signal,
    });
    const rejected = expect(exporting).rejects.toMatchObject({ name: 'AbortError' });
    await expect.poll(async () => (await readdir(folder)).length).toBe(1);
    stop.abort();
    await rejected;
    expect(await readdir(folder)).toEqual([]);
  });

  test('of a big day takes the memory of a few blocks', async () => {
    const exchange = exchangeOf({ postingsPerDay: 500_000 });
    const file = join(await scratchFolder(), `${date}.ndjson`);
    const before = usedBytes();
    let most = before;
    const watch = setInterval(() => {
      most = Math.max(most, usedBytes());
    }, 5);
    const { bytes } = await exportDay({ exchange, date, file, totals: true });
    clearInterval(watch);
    expect(bytes).toBeGreaterThan(85_000_000);
    expect(most - before).toBeLessThan(50_000_000);
  });

  test('of a day that is not closed is refused', async () => {
    const file = join(await scratchFolder(), 'a.ndjson');
    await expect(exportDay({ exchange: exchangeOf(), date: '2018-08-01', file })).rejects.toMatchObject({
      code: 'day-not-closed',
    });
  });
});

function usedBytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
