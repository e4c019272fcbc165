import { sha256 } from '../../src/digest.ts';
import type { Outcome, RunContext, Runner, Work } from '../../src/runner.ts';
import type { Actor } from './actor.ts';
import type { Outside } from './outside.ts';
import { textOf } from './project.ts';
import { unreachable } from './world.ts';
import type { World } from './world.ts';

type WithoutAttempt<O> = O extends unknown ? Omit<O, 'attempt'> : never;

/** Makes what `textOf` says from inputs that it reads through the actor's target; takes its time, and fails at times. */
export function simulatedRunner(world: World, actor: Actor, outside: Outside, name: string): Runner {
  return {
    name,
    kinds: ['load', 'sql'],
    ...world.batches,
    async *run(batch, context) {
      for (const work of batch) {
        const outcome = await outcomeOf(work, context, { world, actor, outside });
        yield { ...outcome, attempt: work.attempt } as Outcome;
      }
    },
  };
}

interface Surroundings {
  readonly world: World;
  readonly actor: Actor;
  readonly outside: Outside;
}

async function outcomeOf(
  work: Work,
  context: RunContext,
  { world, actor, outside }: Surroundings,
): Promise<WithoutAttempt<Outcome>> {
  const { random } = world;
  const jobMs = random.oneIn(8) ? 30_000 + random.below(120_000) : random.below(3000);
  await actor.sleep(jobMs / 2);
  if (work.signal.aborted) return { kind: 'cancelled' };
  if (world.happens('job')) return faultyOutcome(world);
  const isLoad = work.job.kind === 'load';
  const source = isLoad ? outside.now(work.task.id) : undefined;
  if (source?.state === 'absent') return { kind: 'waiting', for: `the file of ${work.task.id}` };
  const text = source?.text ?? textOf(work.task, await inputTexts(work, context));
  await actor.sleep(jobMs / 2);
  if (work.signal.aborted) return { kind: 'cancelled' };
  if (source?.state === 'wrong') return { kind: 'blocked', controls: [] };
  const facts = source === undefined ? {} : { source: { revision: source.revision } };
  const mayBeSame = work.current?.codeDigest === work.codeDigest && work.current.fingerprint === sha256(text);
  if (source !== undefined && mayBeSame && random.oneIn(2))
    return { kind: 'not-modified', source: { revision: source.revision }, runner: {} };
  const bytes = new TextEncoder().encode(text);
  await work.stage.write('part', once(bytes));
  const [file] = await work.stage.sync(['part']);
  return {
    kind: 'staged',
    parts: [{ path: `${work.stage.path}part`, bytes: file?.bytes ?? 0, rows: 1, sha256: sha256(bytes) }],
    rows: 1,
    fingerprint: sha256(text),
    controls: [],
    runner: {},
    ...facts,
  };
}

async function inputTexts(
  work: Work,
  { target }: RunContext,
): Promise<readonly { readonly input: string; readonly text: string }[]> {
  const texts: { readonly input: string; readonly text: string }[] = [];
  for (const { input, parts } of work.inputs) {
    for (const part of parts) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of target.read(part)) chunks.push(chunk);
      texts.push({ input, text: Buffer.concat(chunks).toString() });
    }
  }
  return texts;
}

function faultyOutcome({ random }: World): WithoutAttempt<Outcome> {
  const error = { code: 'job-crashed' as const, message: 'The job ended by itself.' };
  switch (random.below(4)) {
    case 0:
      return { kind: 'crashed', error };
    case 1:
      return { kind: 'timed-out' };
    case 2:
      return { kind: 'failed', fault: 'task', error };
    default:
      throw unreachable('fetch');
  }
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
