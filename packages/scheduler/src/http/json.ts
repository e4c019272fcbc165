/** How deep a request's JSON may go. The protocol needs eight levels or so. */
export const depthMax = 64;

const [quote, backslash] = [0x22, 0x5c];

/** What JSON text says, or why it is refused. It looks at the depth before it parses: no text can exhaust the stack. */
export function parseJson(
  bytes: Buffer,
): { readonly kind: 'value'; readonly value: unknown } | { readonly kind: 'refused'; readonly why: string } {
  if (isTooDeep(bytes)) return { kind: 'refused', why: `The JSON is nested deeper than ${depthMax} levels.` };
  try {
    return { kind: 'value', value: JSON.parse(decoder.decode(bytes)) as unknown };
  } catch {
    return { kind: 'refused', why: 'The body is not JSON in UTF-8.' };
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true });

function isTooDeep(bytes: Buffer): boolean {
  let depth = 0;
  let text = false;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index] as number;
    if (text) {
      if (byte === backslash) index += 1;
      else if (byte === quote) text = false;
    } else if (byte === quote) {
      text = true;
    } else if (byte === 0x5b || byte === 0x7b) {
      depth += 1;
      if (depth > depthMax) return true;
    } else if (byte === 0x5d || byte === 0x7d) {
      depth -= 1;
    }
  }
  return false;
}
