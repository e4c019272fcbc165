import { sha256 } from '../src/digest.ts';
import type { Job } from '../src/job.ts';
import type { Outcome, RunContext, Runner, Work } from '../src/runner.ts';
import type { Target } from '../src/target.ts';

type WithoutAttempt<O> = O extends unknown ? Omit<O, 'attempt'> : never;

/** How a stub ends a Work: the text that is its one part, or any outcome. */
export type StubEnd = string | WithoutAttempt<Outcome>;

export interface StubRunner extends Runner {
  /** The ids of the tasks run, in the order in which they began. */
  readonly ran: readonly string[];
  /** The most that ran at once. */
  readonly most: number;
  readonly released: number;
  readonly closed: number;
}

/** A runner whose outputs are texts: the fingerprint of an output is the digest of its text. */
export function stubRunner(
  make: (work: Work, context: RunContext) => StubEnd | Promise<StubEnd>,
  options: { readonly name?: string; readonly kinds?: readonly Job['kind'][] } = {},
): StubRunner {
  const ran: string[] = [];
  const counts = { running: 0, most: 0, released: 0, closed: 0 };
  return {
    name: options.name ?? 'stub',
    kinds: options.kinds ?? ['load', 'sql', 'code'],
    ran,
    get most() {
      return counts.most;
    },
    get released() {
      return counts.released;
    },
    get closed() {
      return counts.closed;
    },
    async *run(batch, context) {
      for (const work of batch) {
        ran.push(work.task.id);
        counts.running += 1;
        counts.most = Math.max(counts.most, counts.running);
        try {
          yield await outcomeOf(work, await make(work, context));
        } finally {
          counts.running -= 1;
        }
      }
    },
    async release() {
      counts.released += 1;
    },
    async close() {
      counts.closed += 1;
    },
  };
}

/** What the stub calls the text of an output. */
export function fingerprintOf(text: string): string {
  return sha256(text).slice(0, 8);
}

/** The text of the first part of a version. */
export async function textOf(
  target: Target,
  part: Parameters<Target['read']>[0] | undefined,
): Promise<string> {
  if (part === undefined) return '';
  const chunks: Uint8Array[] = [];
  for await (const chunk of target.read(part)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function outcomeOf(work: Work, end: StubEnd): Promise<Outcome> {
  const { attempt, stage } = work;
  if (typeof end !== 'string') return { attempt, ...end } as Outcome;
  const bytes = new TextEncoder().encode(end);
  await stage.write('part.txt', chunksOf(bytes));
  const [file] = await stage.sync(['part.txt']);
  return {
    attempt,
    kind: 'staged',
    parts: [{ path: `${stage.path}part.txt`, bytes: file?.bytes ?? 0, rows: 1, sha256: sha256(bytes) }],
    rows: 1,
    fingerprint: fingerprintOf(end),
    controls: [],
    runner: { name: 'stub' },
  };
}

async function* chunksOf(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
