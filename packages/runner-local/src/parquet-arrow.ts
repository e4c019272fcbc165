import { openAsBlob } from 'node:fs';
import type { ArrowTable } from '@daybook/core';
import type { RecordBatch, Table } from 'apache-arrow';
import type { LocalInput, LocalMember } from './local-job.ts';

/** An input's rows as one Arrow table. Of each Parquet file only the footer and the chunks of these columns are read. */
export async function readArrowTable(input: LocalInput, columns: readonly string[]): Promise<Table> {
  const arrow = await import('apache-arrow');
  const batches: RecordBatch[] = [];
  for await (const batch of readArrowBatches(input, columns)) batches.push(batch);
  return batches.length > 0 ? new arrow.Table(batches) : await emptyTable(input, columns);
}

/** The same, a record batch at a time. */
export async function* readArrowBatches(
  input: LocalInput,
  columns: readonly string[],
): AsyncIterable<RecordBatch> {
  const { ParquetFile } = await import('parquet-wasm');
  const { tableFromIPC } = await import('apache-arrow');
  const stored = columns.filter((name) => input.stored.includes(name));
  for (const member of input.members) {
    for (const path of member.paths) {
      const file = await ParquetFile.fromFile(await openAsBlob(path));
      const stream = await file.stream({ columns: [...stored] });
      const reader = stream.getReader();
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        const table = tableFromIPC(next.value.intoIPCStream()) as Table;
        for (const batch of (await arranged(table, input, member, columns)).batches) yield batch;
      }
    }
  }
}

/** An Arrow table as the bytes of a Parquet file, zstd-compressed, decimals as DECIMAL. */
export async function writeArrowTable(table: ArrowTable): Promise<Uint8Array> {
  const arrow = await import('apache-arrow');
  const wasm = await import('parquet-wasm');
  const properties = new wasm.WriterPropertiesBuilder().setCompression(wasm.Compression.ZSTD).build();
  return wasm.writeParquet(
    wasm.Table.fromIPCStream(arrow.tableToIPC(table as unknown as Table, 'stream')),
    properties,
  );
}

/** The columns in the order asked for, those that are parameters filled in: null where a member has none. */
async function arranged(
  table: Table,
  input: LocalInput,
  member: LocalMember,
  columns: readonly string[],
): Promise<Table> {
  const extra = columns.filter((name) => Object.hasOwn(member.extra, name) || !input.stored.includes(name));
  if (extra.length === 0) return table.select([...columns]);
  const { arrowTable } = await import('./arrow-table.ts');
  const arrow = await import('apache-arrow');
  const declared = Object.fromEntries(extra.map((name) => [name, input.columns[name] ?? 'string'] as const));
  const filled = arrowTable(
    declared,
    Array.from({ length: table.numRows }, () => member.extra),
  );
  const vectors = columns.map(
    (name) => [name, (extra.includes(name) ? filled : table).getChild(name)] as const,
  );
  return new arrow.Table(Object.fromEntries(vectors) as never);
}

async function emptyTable(input: LocalInput, columns: readonly string[]): Promise<Table> {
  const { arrowTable } = await import('./arrow-table.ts');
  return arrowTable(
    Object.fromEntries(columns.map((name) => [name, input.columns[name] ?? 'string'] as const)),
    [],
  );
}
