/** The rows of a text table, each by the names in its first line. Cells are parted by `|` and trimmed. */
export function rowsOf<const N extends string>(
  names: readonly N[],
  text: string,
): readonly Readonly<Record<N, string>>[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const cells = lines.map((line) => line.split('|').map((cell) => cell.trim()));
  const [header, ...rows] = cells;
  if (header?.join() !== names.join()) throw new Error(`The table begins with ${header?.join()}.`);
  return rows.map((row) => {
    if (row.length !== names.length) throw new Error(`The row ${row.join(' | ')} has ${row.length} cells.`);
    return Object.fromEntries(names.map((name, index) => [name, row[index]])) as Record<N, string>;
  });
}

/** What `act` throws as `code: message`, or `nothing`. */
export function thrownBy(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (!(error instanceof Error)) return String(error);
    return `${(error as { code?: string }).code ?? error.name}: ${error.message}`;
  }
  return 'nothing';
}
