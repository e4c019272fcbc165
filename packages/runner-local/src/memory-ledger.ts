import type { Work } from '@daybook/core';

const leastBytes = 64 * 1024 * 1024;
/** What a job over Parquet may need in memory for each byte that it reads. */
const bytesPerParquetByte = 6;

/** About how much memory a job over its inputs' parts may use, in bytes. */
export function memoryFor({ inputs }: Pick<Work, 'inputs'>): number {
  const bytes = inputs.flatMap(({ parts }) => parts).reduce((sum, part) => sum + part.bytes, 0);
  return leastBytes + bytes * bytesPerParquetByte;
}

/** Shares a total of memory among jobs: each waits, in the order asked, until what it asks for is free. */
export interface MemoryLedger {
  /** Resolves with how much is granted: what was asked for, or the total where that is less. */
  take(bytes: number): Promise<number>;
  free(bytes: number): void;
}

/** What one attempt holds of the memory, until it is over. */
export interface MemoryShare {
  /** In bytes. */
  readonly held: number;
  /** Takes more, as a ledger does. What is granted when all was given back for good is given back at once. */
  take(bytes: number): Promise<number>;
  free(): void;
  /** Gives all back for good. */
  end(): void;
}

export function memoryShare(ledger: MemoryLedger): MemoryShare {
  let held = 0;
  let ended = false;
  const share: MemoryShare = {
    get held() {
      return held;
    },
    async take(bytes) {
      const granted = await ledger.take(bytes);
      if (ended) ledger.free(granted);
      else held += granted;
      return granted;
    },
    free() {
      ledger.free(held);
      held = 0;
    },
    end() {
      ended = true;
      share.free();
    },
  };
  return share;
}

export function memoryLedger(totalBytes: number): MemoryLedger {
  let freeBytes = totalBytes;
  const waiting: { readonly bytes: number; readonly grant: (bytes: number) => void }[] = [];
  const serve = (): void => {
    for (let first = waiting[0]; first !== undefined && first.bytes <= freeBytes; first = waiting[0]) {
      waiting.shift();
      freeBytes -= first.bytes;
      first.grant(first.bytes);
    }
  };
  return {
    take: (asked) =>
      new Promise((resolve) => {
        waiting.push({ bytes: Math.min(asked, totalBytes), grant: resolve });
        serve();
      }),
    free(bytes) {
      freeBytes += bytes;
      serve();
    },
  };
}
