/** Bytes gathered from chunks of any size into pieces of `pieceBytes`. */
export interface PieceBuffer {
  /** Takes a copy of a chunk, and gives the pieces that it completes. */
  add(chunk: Uint8Array): Iterable<Uint8Array>;
  /** What is left of less than a piece. */
  rest(): Uint8Array;
}

const firstBytes = 64 * 1024;

/** A buffer whose memory grows with what is gathered, up to one piece; `pieceBytes` tells the size of the next. */
export function pieceBuffer(pieceBytes: () => number): PieceBuffer {
  let buffer = Buffer.alloc(0);
  let filled = 0;
  // What has more than one piece will probably fill the next as well.
  let leastBytes = firstBytes;
  return {
    *add(chunk) {
      for (let from = 0; from < chunk.length;) {
        const size = pieceBytes();
        const taken = Math.min(chunk.length - from, size - filled);
        buffer = withRoom(buffer, filled, Math.min(size, Math.max(filled + taken, leastBytes)), size);
        buffer.set(chunk.subarray(from, from + taken), filled);
        from += taken;
        filled += taken;
        if (filled < size) continue;
        yield buffer.subarray(0, filled);
        buffer = Buffer.alloc(0);
        filled = 0;
        leastBytes = size;
      }
    },
    rest: () => buffer.subarray(0, filled),
  };
}

type Bytes = Buffer<ArrayBuffer>;

function withRoom(buffer: Bytes, filled: number, needed: number, most: number): Bytes {
  if (buffer.length >= needed) return buffer;
  const larger = Buffer.allocUnsafeSlow(Math.min(most, Math.max(needed, buffer.length * 2)));
  larger.set(buffer.subarray(0, filled));
  return larger;
}
