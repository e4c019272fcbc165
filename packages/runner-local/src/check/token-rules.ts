import type { TextPlace } from '@daybook/core';
import type { Complaint } from './complaint.ts';
import type { SourceText, Token } from './source-text.ts';

/**
 * What is refused in how a statement is written and can no longer be seen in its syntax tree. `inserted` are values put in,
 * which are rendered for each engine by itself.
 */
export function tokenComplaints(source: SourceText, inserted: readonly TextPlace[]): readonly Complaint[] {
  const { tokens } = source;
  return tokens.flatMap((token, index) => {
    if (inserted.some(({ start, end }) => token.start >= start && token.start < end)) return [];
    const said = complaintOf(token, tokens[index + 1], tokens[index - 1], tokens[index + 2]);
    return said === undefined ? [] : [{ at: token.start, ...said }];
  });
}

type Said = Omit<Complaint, 'at'>;

function complaintOf(
  token: Token,
  next: Token | undefined,
  before: Token | undefined,
  after: Token | undefined,
): Said | undefined {
  const { kind, text } = token;
  if (kind === 'text') return textComplaint(text);
  if (kind === 'name') {
    return {
      why: 'is a name on DuckDB and a text on Spark.',
      remedy: 'Write the name without quotes; rename the column where that cannot be.',
    };
  }
  if (kind === 'number' && !/^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text))
    return { why: 'is no number that both engines read alike.', remedy: 'Write its digits and no more.' };
  if (kind === 'word') return wordComplaint(text, next, before, after);
  if (text === '::') return { why: 'does not exist on Spark 3.5.', remedy: 'Write CAST(… AS …).' };
  if (text === '?' || text === '$')
    return { why: 'is a value that nobody gives.', remedy: 'Write ${param(…)}.' };
  if (text === ':') return { why: 'does not exist on Spark.', remedy: 'Write … AS ….' };
  const ends = next === undefined || next.text === ')' || /^from$/i.test(next.text);
  if (text === ',' && ends) return { why: 'has nothing behind it.', remedy: 'Leave it out.' };
  return undefined;
}

function textComplaint(text: string): Said | undefined {
  if (!text.startsWith("'")) return { why: 'is written as DuckDB alone can.', remedy: "Write '…'." };
  if (/^'.*''.*'$/s.test(text) && text !== "''") {
    return {
      why: 'has a quote in it, which Spark 3.5 leaves out.',
      remedy: 'Put the text in as a value: ${"…"}.',
    };
  }
  if (!text.includes('\\')) return undefined;
  return {
    why: 'has a backslash, which Spark reads as an escape.',
    remedy: "Put the text in as a value: ${'…'}.",
  };
}

function wordComplaint(
  text: string,
  next: Token | undefined,
  before: Token | undefined,
  after: Token | undefined,
): Said | undefined {
  if (/^count$/i.test(text) && next?.text === '(' && after?.text === ')')
    return { why: 'has nothing to count, which Spark refuses.', remedy: 'Write COUNT(*).' };
  if (/[^\w]/.test(text))
    return {
      why: 'has letters that Spark takes in no name.',
      remedy: 'Write names with a-z, 0-9 and _.',
    };
  if (/^(any|some)$/i.test(text) && next?.text === '(' && before?.kind === 'sign')
    return { why: 'does not exist on Spark.', remedy: 'Write IN (…) or EXISTS (…).' };
  if (/^lateral$/i.test(text) && next?.text === '(')
    return { why: 'is outside the subset.', remedy: 'Write JOIN … ON, or a query in the select list.' };
  if (/^materialized$/i.test(text) && /^(as|not)$/i.test(before?.text ?? '') && next?.text === '(')
    return { why: 'is a word that Spark does not know.', remedy: 'Leave it out.' };
  if (/^(decimal|numeric|dec)$/i.test(text) && next?.text === ')')
    return {
      why: 'is DECIMAL(18,3) on DuckDB and DECIMAL(10,0) on Spark.',
      remedy: 'Write DECIMAL(18,2), or what it should be.',
    };
  return undefined;
}
