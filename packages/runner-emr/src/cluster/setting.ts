import type { CheckedEmrOptions } from '../check-options.ts';
import type { Documents } from '../documents.ts';
import type { Emr } from './emr.ts';
import type { Surroundings } from './surroundings.ts';

/** What everything about the clusters of one owner is done with. */
export interface Setting {
  readonly options: CheckedEmrOptions;
  readonly emr: Emr;
  readonly documents: Documents;
  readonly here: Surroundings;
  readonly patience: Patience;
  /** The digest of the scratch, as names have it. */
  readonly digest: string;
  /** This owner's token. */
  readonly owner: string;
}

/** How long is waited for what. */
export interface Patience {
  /** After an answer that was lost: for how long listings are asked before the request counts as not done. */
  readonly settleMs: number;
  /** For how long a step may go on after each way of stopping it. */
  readonly graceMs: number;
  /** For how long EMR may not answer before the steps of a cluster count as lost. */
  readonly silentMs: number;
  /** For how long EMR may refuse to tell of a cluster: credentials may be renewed meanwhile. */
  readonly refusedMs: number;
  /** How long a step that was accepted may be missing from listings. */
  readonly missingMs: number;
  /** For how long is tried to end a cluster. */
  readonly endMs: number;
  /** How often an owner looks whether others have died. */
  readonly reapMs: number;
  /** How long is waited for the logs of a step that failed, which come behind its end. */
  readonly logsMs: number;
}

export const usualPatience: Patience = Object.freeze({
  settleMs: 60_000,
  graceMs: 60_000,
  silentMs: 600_000,
  refusedMs: 120_000,
  missingMs: 600_000,
  endMs: 120_000,
  reapMs: 600_000,
  logsMs: 60_000,
});
