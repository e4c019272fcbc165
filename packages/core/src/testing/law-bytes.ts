import { sha256 } from '../digest.ts';
import { DaybookError } from '../errors.ts';
import type { Part } from '../manifest.ts';
import type { AttemptToken, Range, Stage, StagedFile, Target } from '../target.ts';
import { attemptToken } from '../target.ts';

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** `length` bytes of every value, without a period that a buffer's size could hide. */
export function manyBytes(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index += 1) bytes[index] = index * 31 + (index >> 8) * 7 + seed;
  return bytes;
}

export async function* chunksOf(...chunks: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  for (const chunk of chunks) yield chunk;
}

export async function allOf<T>(listed: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const each of listed) all.push(each);
  return all;
}

export async function bytesIn(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(Buffer.concat(await allOf(chunks)));
}

export async function textIn(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  return new TextDecoder().decode(await bytesIn(chunks));
}

/** Bytes as something short that can be compared: how many there are, and their SHA-256. */
export function digestOf(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? 'nothing' : `${bytes.length} bytes ${sha256(bytes)}`;
}

/** The token of an attempt at `version`; the same `number`, the same token. */
export function tokenOf(number: number, version = 1): AttemptToken {
  return attemptToken(version, number.toString(16).padStart(32, '0'));
}

/** Writes one file into a stage, makes it durable, and gives it as a part. */
export async function stagePart(stage: Stage, name: string, ...chunks: readonly Uint8Array[]): Promise<Part> {
  await stage.write(name, chunksOf(...chunks));
  const [file] = await stage.sync([name]);
  return partOf(stage, file, sha256(Buffer.concat(chunks)));
}

/** A staged file as a part. */
export function partOf(stage: Stage, file: StagedFile | undefined, digest = ''): Part {
  const tag = file?.tag === undefined ? {} : { tag: file.tag };
  return {
    path: `${stage.path}${file?.name ?? ''}`,
    bytes: file?.bytes ?? -1,
    rows: 0,
    sha256: digest,
    ...tag,
  };
}

/** What reading a part gives: its text, or the code of the error. */
export async function readText(target: Target, part: Part, ranges?: readonly Range[]): Promise<string> {
  return await orCode(textIn(target.read(part, ranges)));
}

/** What `work` gives, or the code of the `DaybookError` that it ends with. Any other error is passed on. */
export async function orCode<T>(work: Promise<T>): Promise<T | string> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof DaybookError) return error.code;
    throw error;
  }
}

/** Runs `make` for 0 to `count` - 1, sixteen at once. */
export async function forEachOf(count: number, make: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      await make(next - 1);
    }
  };
  await Promise.all(Array.from({ length: Math.min(16, count) }, lane));
}
