import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { ExchangeFault } from './exchange-fault.ts';

const lineFeed = 0x0a;
const byteOrderMark = Buffer.from('\uFEFF');
const longestLineBytes = 1024 * 1024;

/** What became of a page: whether its lines were kept, and what was wrong with them. */
export type PageEnd =
  | { readonly kind: 'kept' }
  /** It has no whole line. */
  | { readonly kind: 'empty' }
  /** It begins beyond the sequence that follows; kept only when that is allowed. */
  | { readonly kind: 'gap'; readonly first: number }
  /** It begins with a sequence that was there already; kept only when that is allowed and it ends beyond. */
  | { readonly kind: 'repeat'; readonly first: number }
  /** It begins right and ends before where it began. */
  | { readonly kind: 'disorder'; readonly last: number }
  /** A whole line that is no record, or has no sequence. */
  | { readonly kind: 'unreadable'; readonly line: string };

/**
 * One NDJSON file made of pages as they come. It holds no more than a chunk and a line: the lines go to the disk as bytes, and
 * only the first and the last line of a page are read. What a page leaves unfinished is taken back.
 */
export class PostingsFile {
  readonly #file: FileHandle;
  /** All before it is kept. */
  #keptBytes = 0;
  #sequence = 0;
  /** Where the page's next byte goes, and where its last whole line ends. */
  #nextByte = 0;
  #lineEnd = 0;
  /** The first bytes of a page, while they may be a byte order mark; undefined once it is told. */
  #head: Buffer | undefined;
  #first: Buffer | undefined;
  #last: Buffer | undefined;
  #rest: readonly Buffer[] = [];
  #restBytes = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async create(path: string): Promise<PostingsFile> {
    return new PostingsFile(await open(path, 'w+'));
  }

  /** The sequence of the last line kept; 0 before the first. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Drops all that was kept. */
  restart(): void {
    this.#keptBytes = 0;
    this.#sequence = 0;
  }

  beginPage(): void {
    this.#nextByte = this.#keptBytes;
    this.#lineEnd = this.#keptBytes;
    this.#head = Buffer.alloc(0);
    this.#first = undefined;
    this.#last = undefined;
    this.#setRest([]);
  }

  async push(bytes: Buffer): Promise<void> {
    const chunk = this.#withoutByteOrderMark(bytes);
    await this.#write(chunk);
    const lastFeed = chunk.lastIndexOf(lineFeed);
    if (lastFeed < 0) {
      this.#setRest([...this.#rest, Buffer.from(chunk)]);
      return;
    }
    this.#first ??= firstLine(this.#rest, chunk);
    this.#last = lastLine(this.#rest, chunk, lastFeed) ?? this.#last;
    this.#lineEnd = this.#nextByte - (chunk.length - lastFeed - 1);
    this.#setRest([Buffer.from(chunk.subarray(lastFeed + 1))]);
  }

  /**
   * Ends a page and keeps its whole lines if they follow those kept. `whole`: the answer came to its end, so that a last line
   * without a line feed counts if it is a record. `asItIs`: lines that are left out or come again are left to the controls.
   */
  async endPage(options: { readonly whole: boolean; readonly asItIs: boolean }): Promise<PageEnd> {
    if (options.whole) await this.#finishLastLine();
    if (this.#first === undefined || this.#last === undefined) return { kind: 'empty' };
    const [first, last] = [sequenceOf(this.#first), sequenceOf(this.#last)];
    if (first === undefined) return { kind: 'unreadable', line: shown(this.#first) };
    if (last === undefined) return { kind: 'unreadable', line: shown(this.#last) };
    if (first <= this.#sequence && !(options.asItIs && last > this.#sequence))
      return { kind: 'repeat', first };
    if (first > this.#sequence + 1 && !options.asItIs) return { kind: 'gap', first };
    if (last <= this.#sequence) return { kind: 'disorder', last };
    this.#keptBytes = this.#lineEnd;
    this.#sequence = last;
    return { kind: 'kept' };
  }

  /** How many lines are kept that are not blank: more than the sequence says where some came again. Reads all of them. */
  async countLines(): Promise<number> {
    if (this.#keptBytes === 0) return 0;
    let count = 0;
    const kept = { start: 0, end: this.#keptBytes - 1, autoClose: false };
    for await (const line of this.#file.readLines(kept)) if (line.trim() !== '') count += 1;
    return count;
  }

  /** Takes back what was not kept and closes the file. */
  async close(): Promise<void> {
    try {
      await this.#file.truncate(this.#keptBytes);
    } finally {
      await this.#file.close();
    }
  }

  #withoutByteOrderMark(bytes: Buffer): Buffer {
    if (this.#head === undefined) return bytes;
    const head = Buffer.concat([this.#head, bytes]);
    const mayBe = head.length < byteOrderMark.length && byteOrderMark.subarray(0, head.length).equals(head);
    this.#head = mayBe ? head : undefined;
    if (mayBe) return Buffer.alloc(0);
    return head.subarray(0, 3).equals(byteOrderMark) ? head.subarray(byteOrderMark.length) : head;
  }

  async #finishLastLine(): Promise<void> {
    const line = Buffer.concat(this.#rest);
    if (isBlank(line) || sequenceOf(line) === undefined) return;
    await this.#write(Buffer.of(lineFeed));
    this.#first ??= line;
    this.#last = line;
    this.#lineEnd = this.#nextByte;
  }

  async #write(bytes: Buffer): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, this.#nextByte);
      done += bytesWritten;
      this.#nextByte += bytesWritten;
    }
  }

  #setRest(rest: readonly Buffer[]): void {
    this.#rest = rest;
    this.#restBytes = rest.reduce((sum, each) => sum + each.length, 0);
    if (this.#restBytes <= longestLineBytes) return;
    throw new ExchangeFault(`The exchange sent a line of more than ${longestLineBytes} bytes.`, {
      code: 'input-unreadable',
    });
  }
}

/** The first line that is not blank, given what came before the chunk. */
function firstLine(rest: readonly Buffer[], chunk: Buffer): Buffer | undefined {
  let before = rest;
  for (let start = 0; ;) {
    const end = chunk.indexOf(lineFeed, start);
    if (end < 0) return undefined;
    const line = Buffer.concat([...before, chunk.subarray(start, end)]);
    if (!isBlank(line)) return line;
    before = [];
    start = end + 1;
  }
}

/** The last whole line that is not blank, given what came before the chunk. */
function lastLine(rest: readonly Buffer[], chunk: Buffer, lastFeed: number): Buffer | undefined {
  for (let end = lastFeed; ;) {
    const feed = end === 0 ? -1 : chunk.lastIndexOf(lineFeed, end - 1);
    const before = feed < 0 ? rest : [];
    const line = Buffer.concat([...before, chunk.subarray(feed + 1, end)]);
    if (!isBlank(line)) return line;
    if (feed < 0) return undefined;
    end = feed;
  }
}

function isBlank(line: Buffer): boolean {
  return line.every((byte) => byte === 0x20 || byte === 0x0d || byte === 0x09);
}

/** The sequence of a line; undefined when it is no record or its sequence no whole number that is exact. */
function sequenceOf(line: Buffer): number | undefined {
  try {
    const record: unknown = JSON.parse(line.toString('utf8'));
    if (typeof record !== 'object' || record === null || !('sequence' in record)) return undefined;
    const { sequence } = record;
    const digits = typeof sequence === 'string' && /^-?\d{1,19}$/.test(sequence);
    const value = digits ? Number(sequence) : sequence;
    return Number.isSafeInteger(value) ? (value as number) : undefined;
  } catch {
    return undefined;
  }
}

function shown(line: Buffer): string {
  return JSON.stringify(line.subarray(0, 80).toString('utf8'));
}
