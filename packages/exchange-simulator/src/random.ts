import { createHash } from 'node:crypto';

/** A stream of random numbers that is wholly decided by the key it was made from. */
export interface Random {
  /** A number in [0, 1), a multiple of 2^-32. */
  readonly unit: () => number;
  /** An integer in [0, bound); `bound` is at most 2^32. */
  readonly below: (bound: number) => number;
}

/**
 * The random stream of a key. Equal keys give equal streams on every machine; different keys give unrelated
 * ones. The generator is sfc32 (Chris Doty-Humphrey's PractRand), seeded by the SHA-256 of the key.
 */
export function randomStream(key: string): Random {
  const seed = createHash('sha256').update(key).digest();
  let a = seed.readInt32LE(0);
  let b = seed.readInt32LE(4);
  let c = seed.readInt32LE(8);
  let counter = 1;

  const unit = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + t) | 0;
    return (t >>> 0) / 4_294_967_296;
  };
  return { unit, below: (bound) => Math.floor(unit() * bound) };
}

/** A 32-bit digest of a number and a salt, as an integer in [0, 2^32): the finalizer of MurmurHash3. */
export function mix32(value: number, salt: number): number {
  let h = Math.imul(value, 0x9e3779b1) ^ salt;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
