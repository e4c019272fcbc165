import type { Leftover, LeftoverOptions, TaskName, UnreadableVersions } from '@daybook/core';
import { errorExitCodes, expiredBefore, findLeftovers, inParallel, removeLeftover } from '@daybook/core';
import { wholeNumber } from '../arguments.ts';
import { gcDocument, gcText } from '../render/gc.ts';
import { numberText } from '../render/ranges.ts';
import { statusLine } from '../terminal/status-line.ts';
import type { Workplace } from '../workplace.ts';

const concurrentRemovals = 8;

/** `daybook gc`: lists, and removes on request, the attempts that no version is made of. */
export async function gcCommand(workplace: Workplace): Promise<number> {
  const { config, invocation, out, outPaint, err } = workplace;
  const nowMs = Date.now();
  const days = invocation.options['older-than'];
  const options: LeftoverOptions =
    days === undefined ? {} : { expiredBeforeMs: expiredBefore(wholeNumber('older-than', days, 0), nowMs) };
  const line = statusLine(err);
  try {
    const found: Leftover[] = [];
    const unreadable: UnreadableVersions[] = [];
    for await (const finding of findLeftovers(config.targets, await namesIn(workplace), options)) {
      if (finding.kind === 'unreadable') unreadable.push(finding.unreadable);
      else found.push(finding.leftover);
      line.show(`${numberText(found.length)} attempts found`);
    }
    const going = found.filter(({ fate }) => fate !== 'open');
    const removed = new Set<Leftover>();
    if (invocation.options.delete === true) {
      await inParallel(going, concurrentRemovals, async (leftover) => {
        if (await removeLeftover(config.targets, leftover)) removed.add(leftover);
        line.show(`${numberText(removed.size)} of ${numberText(going.length)} attempts removed`);
      });
    }
    line.clear();
    const facts = {
      removed: invocation.options.delete === true,
      leftovers: invocation.options.delete === true ? going.filter((each) => removed.has(each)) : going,
      open: found.filter(({ fate }) => fate === 'open'),
      unreadable,
      nowMs,
      words: invocation.words,
      width: Math.min(out.width, 110),
      paint: outPaint,
    };
    await out.write(workplace.json ? `${JSON.stringify(gcDocument(facts))}\n` : gcText(facts));
    return unreadable.length === 0 ? 0 : errorExitCodes['manifest-invalid'];
  } finally {
    line.clear();
  }
}

/** All that was ever published in the target, and what the configuration has, of which nothing need be published yet. */
async function namesIn({ config }: Workplace): Promise<readonly TaskName[]> {
  const names = new Set(config.definitions.keys());
  for await (const name of config.targets.taskNames()) names.add(name);
  return [...names].sort();
}
