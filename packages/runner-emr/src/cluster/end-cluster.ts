import { meaningOf } from '../meaning.ts';
import { backoffMs, emrSaid } from './patient.ts';
import type { Setting } from './setting.ts';
import { isEnding } from './views.ts';

/**
 * Ends a cluster and makes sure that it does: an answer that was lost is asked for again. Undefined once EMR says that it is
 * ending; else why it is not known to, after `endMs`. Throws only for a bug.
 */
export async function endCluster({ emr, here, patience }: Setting, id: string): Promise<string | undefined> {
  const untilMs = here.nowMs() + patience.endMs;
  for (let next = 2; ; next += 1) {
    let why = '';
    try {
      await emr.terminate(id);
    } catch (error) {
      why = said(error);
    }
    try {
      if (isEnding(await emr.describe(id))) return undefined;
    } catch (error) {
      why = said(error);
    }
    if (here.nowMs() >= untilMs) return why === '' ? 'EMR does not say that it is ending.' : why;
    await here.pause(backoffMs(next, here.random()));
  }
}

function said(error: unknown): string {
  const meaning = meaningOf(error);
  if (meaning === undefined) throw error;
  return emrSaid('end it', meaning);
}
