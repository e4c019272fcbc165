import type { ExchangeServer } from '@daybook/exchange-simulator';
import { createExchange, startExchangeServer } from '@daybook/exchange-simulator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { blocksOf } from '../documents/blocks.ts';

let server: ExchangeServer;

beforeAll(async () => {
  const exchange = createExchange({ seed: 7, postingsPerDay: 8, customers: 3, today: '2018-08-01' });
  server = await startExchangeServer({ exchange });
});

afterAll(async () => await server.close());

const blocks = blocksOf('docs/exchange.md').filter((block) => block.language === 'http');

test('docs/exchange.md shows what is asked and answered over HTTP', () =>
  expect(blocks.length).toBeGreaterThan(0));

test.each(blocks)('the simulator answers as line $line of docs/exchange.md says', async ({ text }) => {
  const [request = '', head = '', ...body] = text.trimEnd().split('\n\n');
  const [status, ...headers] = head.split('\n');
  const answer = await fetch(new URL(request.replace(/^GET /, ''), server.url));
  expect(String(answer.status)).toBe(status);
  for (const header of headers) {
    const [name = '', value] = header.split(': ', 2);
    expect(answer.headers.get(name)).toBe(value);
  }
  const answered = await answer.text();
  if (body.length > 0) expect(answered.trimEnd()).toBe(body.join('\n\n'));
});
