import { expect, test } from 'vitest';
import { editScript } from './edits/edit-script.ts';

const together = 20;
const first = Array.from({ length: 5 }, (_, index) => index * together);

test.each(first)(
  'after any edit just what must runs, and all is as from scratch (twenty scripts from %d)',
  async (from) => {
    for (let seed = from; seed < from + together; seed += 1) {
      const { wrong } = await editScript(seed);
      expect(wrong, `npm run simulate -- --script ${seed}`).toEqual([]);
    }
  },
);
