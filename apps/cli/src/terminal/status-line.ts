import { cut } from '../render/text-width.ts';
import type { Output } from './output.ts';

/** One line on a terminal that is written again and again; nothing where there is no terminal. */
export interface StatusLine {
  show(text: string): void;
  clear(): void;
}

const leastMs = 100;

export function statusLine(output: Output): StatusLine {
  let shownMs = 0;
  const clear = (): void => {
    if (shownMs > 0) void output.write('\r\u001B[K');
    shownMs = 0;
  };
  if (!output.terminal || process.env['TERM'] === 'dumb') return { show: () => {}, clear: () => {} };
  return {
    show(text) {
      const nowMs = performance.now();
      if (nowMs - shownMs < leastMs) return;
      shownMs = nowMs;
      void output.write(`\r${cut(text, output.width - 1)}\u001B[K`);
    },
    clear,
  };
}
