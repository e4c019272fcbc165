import type { ColumnChunk } from 'hyparquet/src/types.js';
import type { ColumnStretch, Footer } from './column-ranges.ts';

/** The end of every Parquet file: the length of its metadata in four bytes, and a mark. */
export const tailBytes = 8;
const mark = Buffer.from('PAR1');

/** How long the footer is that ends so, its tail included; undefined if this is no plain Parquet file of that size. */
export function footerLength(end: Uint8Array, fileBytes: number): number | undefined {
  const tail = Buffer.from(end.buffer, end.byteOffset, end.byteLength).subarray(-tailBytes);
  if (tail.length < tailBytes || !tail.subarray(4).equals(mark)) return undefined;
  const length = tail.readUInt32LE(0) + tailBytes;
  return length <= fileBytes - mark.length ? length : undefined;
}

/**
 * Where the columns of a Parquet file lie, by its footer, with its tail; undefined where that cannot be told: of a file that
 * is damaged or encrypted, or whose columns lie in other files.
 */
export async function parseFooter(footer: Uint8Array, fileBytes: number): Promise<Footer | undefined> {
  const { parquetMetadata } = await import('hyparquet/src/metadata.js');
  try {
    const { row_groups: groups } = parquetMetadata(footer, { geoparquet: false });
    const stretches: ColumnStretch[] = [];
    for (const chunk of groups.flatMap((group) => group.columns)) {
      const found = stretchesOf(chunk);
      if (found === undefined) return undefined;
      stretches.push(...found);
    }
    const dataBytes = fileBytes - footer.length;
    const outside = stretches.some(({ start, length }) => start < 0 || start + (length ?? 0) > dataBytes);
    return outside ? undefined : { stretches, dataBytes };
  } catch {
    return undefined;
  }
}

/** What a reader may want of one column in one row group: its pages, and what helps to skip them. */
function stretchesOf(chunk: ColumnChunk): readonly ColumnStretch[] | undefined {
  const { meta_data: data, file_path: otherFile, crypto_metadata: encrypted } = chunk;
  const column = data?.path_in_schema[0];
  const elsewhere = otherFile !== undefined && otherFile !== '';
  if (data === undefined || column === undefined || elsewhere || encrypted !== undefined) return undefined;
  const first = [data.dictionary_page_offset, data.index_page_offset, data.data_page_offset]
    // Some writers say 0 for a dictionary that is not there.
    .filter((offset) => offset !== undefined && offset > 0n)
    .map(Number);
  const stretch = (start: bigint | undefined, length: number | undefined): readonly ColumnStretch[] =>
    start === undefined ? [] : [{ column, start: Number(start), length }];
  return [
    { column, start: Math.min(...first), length: Number(data.total_compressed_size) },
    // Older writers do not tell the length of a bloom filter.
    ...stretch(data.bloom_filter_offset, data.bloom_filter_length),
    ...stretch(chunk.column_index_offset, chunk.column_index_length),
    ...stretch(chunk.offset_index_offset, chunk.offset_index_length),
  ];
}
