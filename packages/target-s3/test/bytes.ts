import { createHash } from 'node:crypto';
import type { Part, Stage, StagedFile } from '@daybook/core';

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** `length` bytes without a period that a buffer's size could hide. */
export function manyBytes(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index += 1) bytes[index] = index * 31 + (index >> 8) * 7 + seed;
  return bytes;
}

export async function* chunksOf(...chunks: readonly (string | Uint8Array)[]): AsyncIterable<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === 'string' ? bytesOf(chunk) : chunk;
}

/** All that is listed. */
export async function allOf<T>(listed: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const each of listed) all.push(each);
  return all;
}

/** Bytes as something short that can be compared. */
export function digestOf(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? 'nothing' : createHash('sha256').update(bytes).digest('hex');
}

export async function digestIn(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}

export async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  return Buffer.concat(await allOf(chunks)).toString();
}

/** A staged file as a part. */
export function partOf(stage: Stage, { name, bytes, tag }: StagedFile): Part {
  return { path: `${stage.path}${name}`, bytes, rows: 0, sha256: '', ...(tag === undefined ? {} : { tag }) };
}
