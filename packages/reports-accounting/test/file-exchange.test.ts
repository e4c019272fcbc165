import { mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { expectedRows, fileExchange } from '../src/index.ts';
import { date, failure, fetchContext, fileOf, scratchFolder } from './fetch-fixture.ts';
import { csv, ndjson, postings } from './load-fixture.ts';

const records = postings(date, 2);
const totals = {
  date,
  count: 2,
  currencies: [{ currency: 'EUR', count: 2, credits: '5.00', debits: '5.00' }],
};

test.each([
  [`${date}.ndjson`, 'ndjson', ndjson(records)],
  [`${date}.ndjson.gz`, 'ndjson', gzipSync(ndjson(records))],
  [`${date}.csv`, 'csv', csv(records)],
  [`${date}.csv.gz`, 'csv', gzipSync(csv(records))],
  [`${date}.parquet`, 'parquet', 'PAR1 and so on'],
])('%s is read where it is, and marked unverified without totals', async (name, format, content) => {
  const folder = scratchFolder();
  writeFileSync(join(folder, name), content);
  const fetched = fileOf(await fileExchange({ folder }).fetch(date, fetchContext()));
  expect(fetched).toMatchObject({ format, path: join(folder, name) });
  expect(fetched.source).toMatchObject({ kind: 'file', name, bytes: content.length, unverified: true });
  expect(fetched).not.toHaveProperty('expected');
  await expect(fetched.confirm?.()).resolves.toBeUndefined();
});

test('totals beside the file are what to expect of it', async () => {
  const folder = folderWith({
    [`${date}.ndjson`]: ndjson(records),
    [`${date}.totals.json`]: JSON.stringify(totals),
  });
  const fetched = fileOf(await fileExchange({ folder, totals: 'required' }).fetch(date, fetchContext()));
  expect(fetched.expected).toEqual(expectedRows(totals));
  expect(fetched.source).toMatchObject({ totals: `${date}.totals.json`, count: 2 });
  expect(fetched.source).not.toHaveProperty('unverified');
});

test('a day without a file is waited for, in a folder that is not there too', async () => {
  const folder = scratchFolder();
  const names = `${date}.ndjson|ndjson.gz|csv|csv.gz|parquet`;
  for (const each of [folder, join(folder, 'nowhere')]) {
    expect(await fileExchange({ folder: each }).fetch(date, fetchContext())).toEqual({
      kind: 'waiting',
      for: `a file ${names} in ${each}`,
    });
  }
});

test('totals alone are no day', async () => {
  const folder = folderWith({ [`${date}.totals.json`]: JSON.stringify(totals) });
  expect(await fileExchange({ folder }).fetch(date, fetchContext())).toMatchObject({ kind: 'waiting' });
});

test('the folder of a day is no file of it', async () => {
  const folder = scratchFolder();
  mkdirSync(join(folder, `${date}.parquet`));
  expect(await fileExchange({ folder }).fetch(date, fetchContext())).toMatchObject({ kind: 'waiting' });
});

const refused: readonly (readonly [string, Readonly<Record<string, string>>, object, string, RegExp])[] = [
  [
    'two files for it',
    { [`${date}.ndjson`]: '', [`${date}.csv.gz`]: '' },
    {},
    'input-unreadable',
    /more than one file for 2018-07-24 in .*: 2018-07-24\.ndjson and 2018-07-24\.csv\.gz\. Keep the one/,
  ],
  [
    'no file, though it was published',
    {},
    { published: true },
    'input-withdrawn',
    /2018-07-24\.ndjson\|.*Put it back/,
  ],
  [
    'totals of another day',
    { [`${date}.ndjson`]: '', [`${date}.totals.json`]: JSON.stringify({ ...totals, date: '2018-07-23' }) },
    {},
    'input-unreadable',
    /2018-07-24\.totals\.json cannot be read: date is "2018-07-23"/,
  ],
  [
    'totals that are cut',
    { [`${date}.ndjson`]: '', [`${date}.totals.json`]: '{"da' },
    {},
    'input-unreadable',
    /2018-07-24\.totals\.json cannot be read: .*is not JSON/,
  ],
  ['an empty gzip', { [`${date}.ndjson.gz`]: '' }, {}, 'input-unreadable', /ndjson\.gz is empty/],
  [
    'a CSV that is no gzip',
    { [`${date}.csv.gz`]: 'sequence' },
    {},
    'input-unreadable',
    /csv\.gz cannot be read/,
  ],
];

test.each(refused)('a day with %s is refused', async (_, files, context, code, message) => {
  const failed = await failure(
    fileExchange({ folder: folderWith(files) }).fetch(date, fetchContext(context)),
  );
  expect(failed).toEqual([code, expect.stringMatching(message)]);
});

test('a day without the totals that the configuration requires is refused', async () => {
  const folder = folderWith({ [`${date}.ndjson`]: ndjson(records) });
  const failed = await failure(fileExchange({ folder, totals: 'required' }).fetch(date, fetchContext()));
  expect(failed).toEqual([
    'input-unreadable',
    expect.stringContaining(`put ${folder}/${date}.totals.json there`),
  ]);
});

const changes: readonly (readonly [string, (folder: string) => void])[] = [
  ['that grew', (folder) => writeFileSync(join(folder, `${date}.ndjson`), ndjson(records), { flag: 'a' })],
  [
    'that another of the same size was renamed over',
    (folder) => {
      writeFileSync(join(folder, 'new'), ndjson(records).replace('5.00', '6.00'));
      utimesSync(join(folder, 'new'), 1_532_500_000, 1_532_500_000);
      renameSync(join(folder, 'new'), join(folder, `${date}.ndjson`));
    },
  ],
  ['that is gone', (folder) => rmSync(join(folder, `${date}.ndjson`))],
  ['whose totals came meanwhile', (folder) => writeFileSync(join(folder, `${date}.totals.json`), '{}')],
];

test.each(changes)('a file %s while it was read is refused afterwards, and read again', async (_, change) => {
  const folder = folderWith({ [`${date}.ndjson`]: ndjson(records) });
  const fetched = fileOf(await fileExchange({ folder }).fetch(date, fetchContext()));
  change(folder);
  const [code, message] = await failure(fetched.confirm?.() ?? Promise.resolve());
  // A fault of the infrastructure, of which a task has retries.
  expect(code).toBe('source-failed');
  expect(message).toMatch(
    /changed while it was read, and is read again a few times: write files under another name and rename/,
  );
});

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = scratchFolder();
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}
