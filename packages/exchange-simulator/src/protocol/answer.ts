/** What a request is answered with, before any fault and before compression: a plain value. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Nothing for a status without a body. */
  readonly body?: Buffer | Iterable<Buffer>;
  /** Set on a page of a closed day. */
  readonly page?: Page;
}

/** A page as it is served. */
export interface Page {
  readonly date: string;
  /** Exclusive; 0 from the start. */
  readonly after: number;
  /** The most lines to serve. */
  readonly limit: number;
  /** How many lines there are: at most `limit`. */
  readonly lines: number;
}

/** An answer that is one JSON document with a newline after it. */
export function jsonAnswer(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const body = Buffer.from(`${JSON.stringify(value)}\n`);
  const length = { 'content-type': 'application/json', 'content-length': String(body.length) };
  return { status, headers: { ...length, ...headers }, body };
}

/** An answer that says in a sentence what is wrong and what to do. */
export function errorAnswer(status: number, message: string): Answer {
  return jsonAnswer(status, { error: message });
}
