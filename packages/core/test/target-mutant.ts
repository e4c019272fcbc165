import type { Part } from '../src/manifest.ts';
import type { Stage, Target } from '../src/target.ts';

/** A target with one defect, and the laws that must notice it. */
export interface TargetMutant {
  readonly defect: string;
  readonly breaks: readonly string[];
  /** The defective handle on a sound target; each handle that is opened is made anew. */
  mutate(sound: Target): Target;
}

/** The same defective handle for all who open a store: the defect is in what it keeps. */
export function perStore(mutate: (sound: Target) => Target): (sound: Target) => Target {
  const handles = new WeakMap<Target, Target>();
  return (sound) => {
    const handle = handles.get(sound) ?? mutate(sound);
    handles.set(sound, handle);
    return handle;
  };
}

export function withStage(change: (stage: Stage) => Stage): (sound: Target) => Target {
  return (sound) => ({ ...sound, stage: (task, attempt) => change(sound.stage(task, attempt)) });
}

/** The part as it lies in the store, whatever its record says; of what is not there, with a size of -1. */
export async function asStored(target: Target, part: Part): Promise<Part> {
  const name = part.path.slice(part.path.lastIndexOf('/') + 1);
  const [task, , segment = '-', attempt = ''] = part.path.split('/');
  const stage = target.stage(`${task}/${segment}`, attempt);
  const [file] = await stage.sync([name]).catch(() => []);
  return { ...part, bytes: file?.bytes ?? -1 };
}

export async function* firstOf(chunks: AsyncIterable<Uint8Array>, bytes: number): AsyncIterable<Uint8Array> {
  let left = bytes;
  for await (const chunk of chunks) {
    yield chunk.subarray(0, left);
    left = Math.max(0, left - chunk.length);
  }
}

export async function* untilError(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  try {
    yield* chunks;
  } catch {
    // What came is kept as if it were all.
  }
}
