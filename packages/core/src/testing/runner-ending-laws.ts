import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobKind } from '../job.ts';
import type { Law } from './law.ts';
import { stagedOf } from './runner-outcome-laws.ts';
import { runnerSamples } from './runner-samples.ts';
import type { RunnerSubject } from './runner-subject.ts';

/** A job whose ticks cannot be watched has begun by now, or as soon as it tells of progress. */
const begunMs = 300;
const timeLimitMs = 300;
/** In this time a job that was not ended would tick many times. */
const quietMs = 60;

/** The laws of work that is ended before it is done, for every kind of job. */
export function endingLaws(kind: JobKind): readonly Law<RunnerSubject>[] {
  const { quick, endless, ticks } = runnerSamples[kind];
  return [
    {
      name: `${kind}: an abort ends the work, and nothing of it goes on`,
      check: async (subject, expect) => {
        await withTicks(async (path) => {
          const abort = new AbortController();
          const work = await subject.work(endless(path), { signal: abort.signal, ...endlessInputs });
          const progressed = Promise.withResolvers<void>();
          const running = subject.run([work], { progress: () => progressed.resolve() });
          const begun = ticks ? untilTicking(path) : Promise.race([progressed.promise, pause(begunMs)]);
          await Promise.race([begun, running]);
          abort.abort();
          expect((await running).map((outcome) => outcome.kind)).toEqual(['cancelled']);
          const before = [await ticksIn(path), ...(await subject.files())];
          await pause(quietMs);
          expect([await ticksIn(path), ...(await subject.files())]).toEqual(before);
          stagedOf(await subject.end(quick()), expect);
        });
      },
    },
    {
      name: `${kind}: work that is aborted before it begins is cancelled, and leaves nothing behind`,
      check: async (subject, expect) => {
        const before = await subject.files();
        const batch = [
          await subject.work(quick(), { signal: AbortSignal.abort() }),
          await subject.work(quick()),
        ];
        const outcomes = await subject.run(batch);
        const ends = batch.map(({ attempt }) => outcomes.find((each) => each.attempt === attempt)?.kind);
        expect(ends).toEqual(['cancelled', 'staged']);
        const left = [...(await subject.files()).keys()].filter((path) => !before.has(path));
        expect(left.filter((path) => path.startsWith(batch[0]?.stage.path ?? ''))).toEqual([]);
      },
    },
    {
      name: `${kind}: a time limit ends the work, and nothing of it goes on`,
      check: async (subject, expect) => {
        await withTicks(async (path) => {
          const outcome = await subject.end(endless(path), { timeoutMs: timeLimitMs, ...endlessInputs });
          expect(outcome.kind).toEqual('timed-out');
          const before = [await ticksIn(path), ...(await subject.files())];
          await pause(quietMs);
          expect([await ticksIn(path), ...(await subject.files())]).toEqual(before);
          stagedOf(await subject.end(quick(), { timeoutMs: 600_000 }), expect);
        });
      },
    },
  ];
}

const endlessInputs = { inputs: { 'law-counted': ['bad-counted'] } } as const;

async function withTicks(use: (path: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'laws-'));
  try {
    await use(join(folder, 'ticks'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function ticksIn(path: string): Promise<number> {
  return (await readFile(path).catch(() => new Uint8Array())).length;
}

async function untilTicking(path: string): Promise<void> {
  while ((await ticksIn(path)) === 0) await pause(5);
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
