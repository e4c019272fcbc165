import type { Refusal, Relation, Statement } from '@daybook/core';
import { assert, quoteName, sqlType } from '@daybook/core';
import type { Session } from '../engine.ts';
import { columnDifferences, literal } from '../engine.ts';
import type { Complaint } from './complaint.ts';
import type { SourceText } from './source-text.ts';
import { foundAt, placeAt, sourceText } from './source-text.ts';
import type { TreeNode } from './syntax-tree.ts';
import { child, children, firstPlace, readTree, word } from './syntax-tree.ts';
import { tokenComplaints } from './token-rules.ts';
import { treeComplaints } from './tree-rules.ts';
import { typeComplaints } from './type-complaints.ts';

/** Parses and binds each statement against empty tables, and tells what is refused in it. Runs none of them. */
export async function checkStatements(
  session: Session,
  statements: readonly Statement[],
): Promise<readonly (readonly Refusal[])[]> {
  const answers: (readonly Refusal[])[] = [];
  for (const statement of statements) {
    await createEmptyViews(session, statement.relations);
    answers.push(await checkStatement(session, statement));
    for (const { name } of statement.relations)
      await session.run(`DROP VIEW IF EXISTS ${quoteName(name, 'duckdb')}`);
  }
  return answers;
}

async function createEmptyViews(session: Session, relations: readonly Relation[]): Promise<void> {
  for (const { name, columns } of relations) {
    const cells = Object.entries(columns).map(([column, type]) => {
      const engineType = type === 'json' ? 'JSON' : sqlType(type, 'duckdb');
      return `CAST(NULL AS ${engineType}) AS ${quoteName(column, 'duckdb')}`;
    });
    if (cells.length === 0) continue;
    await session.run(
      `CREATE OR REPLACE TEMP VIEW ${quoteName(name, 'duckdb')} AS SELECT ${cells.join(', ')} WHERE FALSE`,
    );
  }
}

/** A condition as a query of its own. The text before it is left out of what is told. */
const conditionQuery = { before: 'SELECT 1 AS one FROM output WHERE (', after: '\n)' };

async function checkStatement(session: Session, statement: Statement): Promise<readonly Refusal[]> {
  const isCondition = statement.kind === 'condition';
  const before = isCondition ? conditionQuery.before : '';
  const query = `${before}${statement.text}${isCondition ? conditionQuery.after : ''}`;
  const source = sourceText(query);
  const tell = ({ at, why, remedy }: Complaint): Refusal => {
    const index = Math.min(Math.max(0, at - before.length), statement.text.length);
    return {
      ...placeAt(statement.text, index),
      found: foundAt(source, Math.max(at, before.length)),
      why,
      remedy,
    };
  };
  const inserted = statement.inserted.map(({ start, end }) => ({
    start: start + before.length,
    end: end + before.length,
  }));
  const parsed = await parse(session, source);
  if (!('node' in parsed)) return [tell(parsed)];
  const written = statement.subset
    ? [...tokenComplaints(source, inserted), ...treeComplaints(parsed.node, source, namesOf(statement))]
    : [];
  const columns = await bind(session, source);
  // What cannot be bound may be so because of what is refused: that is told first, and alone.
  if (!isBound(columns)) return distinct(written.length > 0 ? written : [columns]).map(tell);
  const complaints = statement.subset
    ? [...written, ...(await typeComplaints(session, parsed.node, source, refusedIn(written)))]
    : [];
  const differences = outputComplaints(statement.output, columns, parsed.node, source);
  const places = new Set(complaints.map(({ at }) => at));
  return [...distinct(complaints), ...differences.filter(({ at }) => !places.has(at))].map(tell);
}

function namesOf({ relations }: Statement): readonly string[] {
  return relations.map(({ name }) => name);
}

function refusedIn(complaints: readonly Complaint[]): ReadonlySet<TreeNode> {
  return new Set(complaints.flatMap(({ node }) => (node === undefined ? [] : [node])));
}

/** Of several complaints about one place, the first. */
function distinct(complaints: readonly Complaint[]): readonly Complaint[] {
  const byPlace = new Map<number, Complaint>();
  for (const complaint of complaints) if (!byPlace.has(complaint.at)) byPlace.set(complaint.at, complaint);
  return [...byPlace.values()].sort((a, b) => a.at - b.at);
}

type Parsed = { readonly node: TreeNode } | Complaint;

async function parse(session: Session, source: SourceText): Promise<Parsed> {
  const [row] = await session.rows(`SELECT json_serialize_sql(${literal(source.text)}) AS tree`);
  const tree = readTree(row?.['tree'] ?? '{}');
  if (tree['error'] === true) {
    const position = word(tree, 'position');
    const at = position === '' ? (source.tokens[0]?.start ?? 0) : source.indexOf(Number(position));
    const message = word(tree, 'error_message');
    return word(tree, 'error_type') === 'parser'
      ? { at, why: `cannot be read: ${message}.`, remedy: 'Correct it there.' }
      : {
          at,
          why: 'is no query of the subset.',
          remedy: 'Write SELECT … FROM …: one query, and nothing else.',
        };
  }
  const [first, second] = children(tree, 'statements');
  if (second !== undefined)
    return {
      at: source.tokens.find(({ text }) => text === ';')?.start ?? 0,
      why: 'has another statement behind it.',
      remedy: 'Write one query.',
    };
  const node = child(first ?? {}, 'node');
  assert(node, 'A statement without an error has a tree.');
  return { node };
}

type Columns = readonly { readonly name: string; readonly type: string }[];

function isBound(columns: Columns | Complaint): columns is Columns {
  return Array.isArray(columns);
}

async function bind(session: Session, source: SourceText): Promise<Columns | Complaint> {
  try {
    return await session.describe(source.text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return {
      at: placeInMessage(message, source),
      why: `cannot be bound: ${firstSentence(message)}`,
      remedy: 'Correct it there.',
    };
  }
}

/** What DuckDB says, without its advice: some of it is refused here. */
function firstSentence(message: string): string {
  const [said = ''] = message.replace(/^\w+ Error: /, '').split(/\n\s*(?:Candidate functions|LINE \d+)/);
  const [line = ''] = said
    .trim()
    .replaceAll(/\s*\n\s*/g, ' ')
    .split(/(?<=[.!?]) (?=Either|Did|You might)/);
  return /[.!?]$/.test(line) ? line : `${line}.`;
}

/** Where DuckDB's message says that the fault is: it shows the line with a caret below, cut where it is long. */
function placeInMessage(message: string, source: SourceText): number {
  const shown = /LINE (\d+): (.*)\n( *)\^/.exec(message);
  if (shown === null) return source.tokens[0]?.start ?? 0;
  const [, line = '1', excerpt = '', blanks = ''] = shown;
  const lines = source.text.split('\n');
  const start = lines.slice(0, Number(line) - 1).reduce((sum, each) => sum + each.length + 1, 0);
  const column = blanks.length - `LINE ${line}: `.length;
  const plain = excerpt.replace(/^\.\.\./, '').replace(/\.\.\.$/, '');
  const offset = excerpt.startsWith('...') ? (lines[Number(line) - 1] ?? '').indexOf(plain) - 3 : 0;
  return start + Math.max(0, column + offset);
}

/** Columns that are not those declared, each where it stands in the select list. */
function outputComplaints(
  declared: Statement['output'],
  found: Columns,
  node: TreeNode,
  source: SourceText,
): readonly Complaint[] {
  if (declared === undefined) return [];
  const types = Object.fromEntries(
    Object.entries(declared).map(([name, type]) => [name, sqlType(type, 'duckdb')]),
  );
  const items = children(firstSelect(node), 'select_list');
  return columnDifferences(found, types).map(({ name, what, write }) => {
    const index = found.findIndex((column) => column.name === name);
    const bytes = firstPlace(items.length === found.length ? items[index] : undefined);
    const at = bytes === undefined ? (source.tokens[0]?.start ?? 0) : source.indexOf(bytes);
    return {
      at,
      why: `gives another output than is declared: ${what}.`,
      remedy: remedyFor(name, write, declared),
    };
  });
}

function remedyFor(
  name: string,
  write: string | undefined,
  declared: NonNullable<Statement['output']>,
): string {
  // No type name of Daybook's is one that Spark does not read.
  if (write !== undefined) return `Write ${write.replace('VARCHAR', 'STRING')}, or declare it so.`;
  return Object.hasOwn(declared, name) ? `Select one column ${name}.` : `Declare ${name}, or leave it out.`;
}

function firstSelect(node: TreeNode): TreeNode {
  const left = child(node, 'left');
  return word(node, 'type') === 'SET_OPERATION_NODE' && left !== undefined ? firstSelect(left) : node;
}
