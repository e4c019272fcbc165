import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { PageEnd } from '../src/exchange/postings-file.ts';
import { PostingsFile } from '../src/exchange/postings-file.ts';
import { failure, scratchFolder } from './fetch-fixture.ts';

const lines = (...sequences: readonly number[]): string =>
  sequences.map((sequence) => `{"sequence":${sequence},"é":"x"}\n`).join('');

interface Page {
  readonly text: string;
  /** Default true. */
  readonly whole?: boolean;
  readonly asItIs?: boolean;
}

/** What became of pages that came in chunks of so many bytes, and the file that they left. */
async function write(pages: readonly Page[], chunkBytes: number) {
  const path = join(scratchFolder(), 'day.ndjson');
  const file = await PostingsFile.create(path);
  const ends: PageEnd['kind'][] = [];
  for (const { text, whole = true, asItIs = false } of pages) {
    file.beginPage();
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += chunkBytes)
      await file.push(bytes.subarray(at, at + chunkBytes));
    ends.push((await file.endPage({ whole, asItIs })).kind);
  }
  const { sequence } = file;
  await file.close();
  return { ends, sequence, text: readFileSync(path, 'utf8') };
}

const table: readonly (readonly [string, readonly Page[], readonly PageEnd['kind'][], string])[] = [
  [
    'pages that follow each other are kept',
    [{ text: lines(1, 2, 3) }, { text: lines(4) }, { text: lines(5, 6) }],
    ['kept', 'kept', 'kept'],
    lines(1, 2, 3, 4, 5, 6),
  ],
  [
    'of a broken page the whole lines are kept, and the next follows them',
    [{ text: lines(1, 2, 3).slice(0, -5), whole: false }, { text: lines(3, 4) }],
    ['kept', 'kept'],
    lines(1, 2, 3, 4),
  ],
  [
    'of a page cut in its last line the lines before it are kept',
    [{ text: lines(1, 2, 3).slice(0, -5) }, { text: lines(3) }],
    ['kept', 'kept'],
    lines(1, 2, 3),
  ],
  [
    'a last line that lacks only its line feed is whole, if the page is',
    [{ text: lines(1, 2).slice(0, -1) }, { text: lines(3).slice(0, -1), whole: false }, { text: lines(3) }],
    ['kept', 'empty', 'kept'],
    lines(1, 2, 3),
  ],
  [
    'a page that is shorter than what a broken one left behind leaves nothing of it',
    [{ text: lines(1).slice(0, -1) + ' '.repeat(500), whole: false }, { text: lines(1) }],
    ['empty', 'kept'],
    lines(1),
  ],
  ['a page without a line is empty', [{ text: '' }, { text: '\r\n\n' }], ['empty', 'empty'], ''],
  [
    'blank lines are no postings',
    [{ text: `\n${lines(1, 2)}\r\n\n` }, { text: lines(3) }],
    ['kept', 'kept'],
    `\n${lines(1, 2)}\r\n\n${lines(3)}`,
  ],
  [
    'a page that begins with what was there already is left out',
    [{ text: lines(1, 2) }, { text: lines(1, 2) }, { text: lines(2, 3) }, { text: lines(3) }],
    ['kept', 'repeat', 'repeat', 'kept'],
    lines(1, 2, 3),
  ],
  [
    'a page that leaves out lines is kept only when that is allowed',
    [{ text: lines(1) }, { text: lines(3) }, { text: lines(3), asItIs: true }],
    ['kept', 'gap', 'kept'],
    lines(1, 3),
  ],
  [
    'a page in which lines come again is kept only when that is allowed and it goes on',
    [
      { text: lines(1, 2) },
      { text: lines(2), asItIs: true },
      { text: lines(2, 3) },
      { text: lines(2, 3), asItIs: true },
    ],
    ['kept', 'repeat', 'repeat', 'kept'],
    lines(1, 2, 2, 3),
  ],
  [
    'a byte order mark before a page is left out',
    [{ text: `\uFEFF${lines(1, 2)}` }, { text: '\uFEFF' }, { text: `\uFEFF${lines(3)}` }],
    ['kept', 'empty', 'kept'],
    lines(1, 2, 3),
  ],
  [
    'a page that ends before it began is left out',
    [{ text: lines(1, 2) }, { text: lines(3, 4, 1) }],
    ['kept', 'disorder'],
    lines(1, 2),
  ],
  [
    'a page whose first or last line has no sequence is left out',
    [
      { text: `<html>\n${lines(2)}` },
      { text: `${lines(1)}{"sequence":"one"}\n` },
      { text: `${lines(1)}{"sequence":1.5}\n` },
      { text: `${lines(1)}[2]\n` },
      { text: `${lines(1)}{"sequence":9007199254740993}\n` },
      { text: `${lines(1)}{"sequence":"2"}\n` },
    ],
    ['unreadable', 'unreadable', 'unreadable', 'unreadable', 'unreadable', 'kept'],
    `${lines(1)}{"sequence":"2"}\n`,
  ],
];

test.each(table)('%s', async (_, pages, ends, text) => {
  for (const chunkBytes of [1, 2, 3, 7, 20, 21, 22, 1000]) {
    const found = await write(pages, chunkBytes);
    expect(found, `in chunks of ${chunkBytes} bytes`).toMatchObject({ ends, text });
  }
});

test('a file begun again keeps nothing of before', async () => {
  const path = join(scratchFolder(), 'day.ndjson');
  const file = await PostingsFile.create(path);
  for (const text of [lines(1, 2, 3), lines(1)]) {
    file.restart();
    file.beginPage();
    await file.push(Buffer.from(text));
    expect(await file.endPage({ whole: true, asItIs: false })).toEqual({ kind: 'kept' });
  }
  await file.close();
  expect(readFileSync(path, 'utf8')).toBe(lines(1));
});

test('a line without an end does not fill the memory', async () => {
  const file = await PostingsFile.create(join(scratchFolder(), 'day.ndjson'));
  file.beginPage();
  const endless = async (): Promise<void> => {
    for (let chunks = 0; chunks < 100; chunks += 1) await file.push(Buffer.alloc(65_536, 'x'));
  };
  const [code, message] = await failure(endless());
  expect([code, message]).toEqual(['input-unreadable', expect.stringContaining('a line of more than')]);
  await file.close();
});
