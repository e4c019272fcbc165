import type { Documents } from '../documents.ts';
import type { Surroundings } from './surroundings.ts';

/** Who owns clusters: one process. Renewed each minute for as long as it lives, removed when its clusters are ended. */
export interface OwnerDocument {
  readonly format: 1;
  readonly token: string;
  readonly host: string;
  readonly machine: string;
  readonly pid: number;
  /** When the process started, to know it from another one with its id. */
  readonly start: string;
  /** ISO 8601 in UTC, as is `renewed`. */
  readonly began: string;
  readonly renewed: string;
}

/** How long an owner on another machine may be silent. It renews ten times as often. */
export const silentMinutes = 10;

/** What is known of an owner. `missing`: it left no document, and is dead; `unreadable`: nothing is known, so it lives. */
export type OwnerFinding =
  | { readonly kind: 'found'; readonly document: OwnerDocument }
  | { readonly kind: 'missing' | 'unreadable' };

/** Whether nobody is there who could end what this owner began. */
export function isDead(
  owner: OwnerFinding,
  here: Pick<Surroundings, 'nowMs' | 'process' | 'startOf'>,
): boolean {
  if (owner.kind !== 'found') return owner.kind === 'missing';
  const { machine, pid, start, renewed } = owner.document;
  if (machine !== here.process.machine) {
    return here.nowMs() - Date.parse(renewed) >= silentMinutes * 60_000;
  }
  const startNow = here.startOf(pid);
  if (startNow === undefined) return true;
  return startNow !== start && startNow !== 'unknown' && start !== 'unknown';
}

/** `host, process 4711`. */
export function ownerText(owner: OwnerFinding): string | undefined {
  return owner.kind === 'found' ? `${owner.document.host}, process ${owner.document.pid}` : undefined;
}

export function ownersPrefix(scratch: string): string {
  return `${scratch}owners/`;
}

export function ownerUri(scratch: string, token: string): string {
  return `${ownersPrefix(scratch)}${token}.json`;
}

/** The token of an owner's document; undefined for another one. */
export function tokenOf(uri: string): string | undefined {
  return /\/([0-9a-f]{32})\.json$/.exec(uri)?.[1];
}

export async function readOwner(documents: Documents, scratch: string, token: string): Promise<OwnerFinding> {
  const bytes = await documents.read(ownerUri(scratch, token));
  if (bytes === undefined) return { kind: 'missing' };
  try {
    const document = JSON.parse(new TextDecoder().decode(bytes)) as Partial<OwnerDocument>;
    const { format, machine, pid, start, renewed } = document;
    const whole = typeof machine === 'string' && typeof pid === 'number' && typeof start === 'string';
    const dated = typeof renewed === 'string' && !Number.isNaN(Date.parse(renewed));
    if (format === 1 && whole && dated) return { kind: 'found', document: document as OwnerDocument };
  } catch {
    // Falls through: what cannot be read may be of a later version of Daybook.
  }
  return { kind: 'unreadable' };
}
