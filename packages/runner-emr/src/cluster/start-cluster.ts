import { assert } from '@daybook/core';
import { isExisting } from '../check-options.ts';
import { meaningOf, type Meaning } from '../meaning.ts';
import { intentUri, writeIntent } from './intents.ts';
import { clusterName, readClusterName } from './names.ts';
import { backoffMs, emrSaid, lookFor, scratchTrouble, type Found } from './patient.ts';
import { clusterRequest } from './request.ts';
import type { Setting } from './setting.ts';

/** What came of asking for a cluster. With `doubt`, there may be one more by the owner's token than is known. */
export type Started = { readonly doubt: boolean } & (
  | { readonly kind: 'started'; readonly id: string; readonly token: string }
  | { readonly kind: 'lost' | 'refused'; readonly why: string }
  | { readonly kind: 'cancelled' }
);

const tries = 8;

/** Clocks differ, and a cluster that is listed as older than it is must be found all the same. */
const skewMs = 3_600_000;

/** Starts one cluster. `stop` ends the trying, not a cluster that is there. Throws only for a bug. */
export async function startCluster(
  setting: Setting,
  tell: () => Promise<void>,
  stop: AbortSignal,
): Promise<Started> {
  const { options, emr, here, digest, owner, documents } = setting;
  const { cluster: spec, stepConcurrency } = options;
  assert(!isExisting(spec), 'A cluster that is there is not started.');
  const token = here.token();
  const intent = { format: 1, cluster: token, owner, asked: new Date(here.nowMs()).toISOString() } as const;
  const name = clusterName({ scratch: digest, owner, cluster: token });
  try {
    // A process that was held up may be taken for dead by now, and what it starts with it.
    await tell();
    await writeIntent(setting, intent);
  } catch (error) {
    return { ...scratchTrouble(error), doubt: false };
  }
  const result = await askUntilKnown(setting, stop, {
    ask: async () => await emr.runCluster(clusterRequest(spec, { name, stepConcurrency })),
    find: async () => {
      const createdAfterMs = Date.parse(intent.asked) - skewMs;
      for await (const each of emr.clusters({ createdAfterMs })) {
        if (readClusterName(each.name)?.cluster === token) return each.id;
      }
      return undefined;
    },
  });
  if (result.kind === 'done') {
    // Known to whoever reads it; nothing rests on it.
    await writeIntent(setting, { ...intent, id: result.id }).catch(() => undefined);
    return { kind: 'started', id: result.id, token, doubt: result.doubt };
  }
  if (!result.doubt) await documents.remove(intentUri(options.scratch, token)).catch(() => undefined);
  if (result.kind === 'stopped') return { kind: 'cancelled', doubt: result.doubt };
  return { kind: result.kind, why: emrSaid('start a cluster', result.meaning), doubt: result.doubt };
}

/** How a request that creates was asked for until it was known what became of it. */
export type Asked = { readonly doubt: boolean } & (
  | { readonly kind: 'done'; readonly id: string }
  | { readonly kind: 'lost' | 'refused'; readonly meaning: Meaning }
  | { readonly kind: 'stopped' }
);

/**
 * Sends a request that creates something and that nothing makes harmless to repeat: once, and where its answer is lost it looks
 * for what it may have made before it sends it again. `doubt` says that an answer was lost on the way.
 */
export async function askUntilKnown(
  { here, patience }: Setting,
  stop: AbortSignal,
  { ask, find }: { readonly ask: () => Promise<string>; readonly find: () => Promise<string | undefined> },
): Promise<Asked> {
  let doubt = false;
  for (let attempt = 1; ; attempt += 1) {
    if (stop.aborted) return { kind: 'stopped', doubt };
    let meaning: Meaning;
    try {
      return { kind: 'done', id: await ask(), doubt };
    } catch (error) {
      const known = meaningOf(error);
      if (known === undefined) throw error;
      meaning = known;
    }
    if (meaning.kind === 'refused') {
      // The SDK has learned from the answer how far this machine's clock is off: the next request has the right time.
      if (attempt === 1 && isOfTheClock(meaning)) continue;
      return { kind: 'refused', meaning, doubt };
    }
    if (meaning.kind === 'doubtful') {
      doubt = true;
      const found: Found<string> = await lookFor(here, patience.settleMs, stop, find);
      if (found.kind === 'found') return { kind: 'done', id: found.value, doubt };
      if (found.kind === 'unknown' && !stop.aborted) return { kind: 'lost', meaning, doubt };
    }
    if (attempt === tries) return { kind: 'lost', meaning, doubt };
    await here.pause(backoffMs(attempt + 1, here.random()), stop);
  }
}

function isOfTheClock({ name }: Meaning): boolean {
  return /^(InvalidSignatureException|SignatureDoesNotMatch|AuthFailure|RequestExpired|RequestInTheFuture|RequestTimeTooSkewed)\b/.test(
    name,
  );
}
