import { createHash } from 'node:crypto';

/** A stream of random numbers that is wholly decided by the key it was made from. */
export interface Random {
  /** A number in [0, 1), a multiple of 2^-32. */
  readonly unit: () => number;
  /** An integer in [0, bound); `bound` is at most 2^32. */
  readonly below: (bound: number) => number;
}

/** The random stream of a key: SHA-256 of the key and a counter, eight numbers a digest. Equal keys give equal streams. */
export function randomStream(key: string): Random {
  let block = Buffer.alloc(0);
  let blocks = 0;
  let at = 0;
  const unit = (): number => {
    if (at >= block.length) {
      block = createHash('sha256').update(`${key}/${blocks}`).digest();
      blocks += 1;
      at = 0;
    }
    const value = block.readUInt32LE(at);
    at += 4;
    return value / 4_294_967_296;
  };
  return { unit, below: (bound) => Math.floor(unit() * bound) };
}
