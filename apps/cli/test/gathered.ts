import type { Readable } from 'node:stream';

/** All that a stream has said so far. */
export interface Gathered {
  text(): string;
  /** Resolves with all of it when it has `wanted`, behind so many characters. */
  has(wanted: string, behind?: number): Promise<string>;
}

export function gathered(...streams: readonly (Readable | null)[]): Gathered {
  let text = '';
  const waiting: (() => void)[] = [];
  for (const stream of streams) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      for (const look of waiting) look();
    });
  }
  const has = async (wanted: string, behind = 0): Promise<string> =>
    await new Promise((resolve) => {
      const look = (): void => {
        if (text.includes(wanted, behind)) resolve(text);
      };
      waiting.push(look);
      look();
    });
  return { text: () => text, has };
}
