/** One token of a statement, with where it begins, in UTF-16 units. */
export interface Token {
  readonly kind: 'text' | 'name' | 'word' | 'number' | 'sign';
  readonly text: string;
  readonly start: number;
}

/** A statement as written, with what is needed to say where something is in it. */
export interface SourceText {
  readonly text: string;
  readonly tokens: readonly Token[];
  /** The index in `text` of an offset in bytes of UTF-8, as DuckDB's parser counts. */
  indexOf(bytes: number): number;
}

const longestFound = 60;
const tokenPattern =
  /(--[^\n]*|\/\*[^]*?\*\/|\s+)|([eExXbB]?'(?:[^']|'')*'|\$(\w*)\$[^]*?\$\3\$)|("(?:[^"]|"")*")|([\p{L}_][\p{L}\p{N}_$]*)|(\d[\w.]*(?:(?<=[eE])[+-]\d+)?|\.\d\w*)|(::|\*\*|\/\/|->>?|<=>|<>|[<>=!]=|\|\||!?~~?\*?|[^])/gu;

/** Takes a statement apart. What DuckDB's parser would refuse is not refused here. */
export function sourceText(text: string): SourceText {
  const tokens: Token[] = [];
  for (const match of text.matchAll(tokenPattern)) {
    const [whole, blank, literal, , name, word, number] = match;
    if (blank !== undefined) continue;
    const kind =
      literal !== undefined
        ? 'text'
        : name !== undefined
          ? 'name'
          : word !== undefined
            ? 'word'
            : number !== undefined
              ? 'number'
              : 'sign';
    tokens.push({ kind, text: whole, start: match.index });
  }
  const encoded = new TextEncoder().encode(text);
  const ascii = encoded.length === text.length;
  const decoder = new TextDecoder();
  return {
    text,
    tokens,
    indexOf: (bytes) => (ascii ? bytes : decoder.decode(encoded.subarray(0, bytes)).length),
  };
}

/** The token at a place in bytes, as a syntax tree has it; undefined where there is none. */
export function tokenAt(source: SourceText, bytes: unknown): Token | undefined {
  if (typeof bytes !== 'number') return undefined;
  const index = source.indexOf(bytes);
  return source.tokens.find(({ start }) => start === index);
}

/** The line and column of an index, from 1. */
export function placeAt(text: string, index: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, index).split('\n');
  return { line: before.length, column: [...(before.at(-1) ?? '')].length + 1 };
}

/** The text in question at an index: a token, and what stands in brackets behind it. */
export function foundAt(source: SourceText, index: number): string {
  const { tokens, text } = source;
  const first = tokens.findIndex(({ start, text: { length } }) => start + length > index);
  const token = tokens[first];
  if (token === undefined) return '';
  let last = token;
  const opens = token.text === '(' ? first : first + 1;
  if (tokens[opens]?.text === '(' && (token.kind === 'word' || token.text === '('))
    last = tokens[closing(tokens, opens)] ?? token;
  return shortened(text.slice(token.start, last.start + last.text.length));
}

/** The index of the token that closes the bracket at `opens`. */
export function closing(tokens: readonly Token[], opens: number): number {
  let depth = 0;
  for (let index = opens; index < tokens.length; index += 1) {
    if (tokens[index]?.text === '(') depth += 1;
    if (tokens[index]?.text === ')') depth -= 1;
    if (depth === 0) return index;
  }
  return tokens.length - 1;
}

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length <= longestFound ? line : `${line.slice(0, longestFound - 1)}…`;
}
