import type { Manifest } from '@daybook/core';
import { inParallel, manifestStore } from '@daybook/core';
import { endsOf, isFailure } from '../journal-search.ts';
import { checkHasOutput, notPublished } from '../outputs.ts';
import { historyDocument, historyText } from '../render/history.ts';
import type { Workplace } from '../workplace.ts';

const concurrentReads = 16;

/** `daybook history`: the versions of one output, newest first, and the attempts that published none. */
export async function historyCommand(workplace: Workplace): Promise<number> {
  const { config, out, outPaint, stateFolder } = workplace;
  const task = workplace.task();
  checkHasOutput(task);
  const store = manifestStore(config.targets);
  const newest = await config.targets.currentVersion(task.id);
  const versions: Manifest[] = [];
  const numbers = Array.from({ length: newest }, (_, index) => index + 1);
  await inParallel(numbers, concurrentReads, async (version) => {
    versions[newest - version] = (await store.read(task.id, version)).manifest;
  });
  const failures = [...endsOf(stateFolder, task.id)].filter(({ end }) => isFailure(end));
  if (newest === 0 && failures.length === 0) throw notPublished([task], workplace.everywhere);
  const facts = { task: task.id, versions, failures, width: out.width, paint: outPaint };
  await out.write(workplace.json ? `${JSON.stringify(historyDocument(facts))}\n` : historyText(facts));
  return 0;
}
