import { SubjectError } from '../../../core/subject-error.ts';
import { unquote } from '../../../schema/ddl/statement-reader.ts';
import { Tokenizer } from '../../../schema/ddl/tokenizer.ts';
import { foldName } from '../../../schema/identifier.ts';
import { schemaTablesClause } from './visible-schema.ts';

/** A client's statement, read as far as SQLite does not tell of it. */
export interface QueryStatement {
  /** What is to be run. */
  readonly sql: string;
  /** Whether it names `sqlite_master` or `sqlite_schema`. */
  readonly readsSchema: boolean;
  /**
   * Its parameters in the order of their numbers: a name with its prefix, null for `?` and `?1` (and for a number that none
   * has).
   */
  readonly parameters: readonly (string | null)[];
}

/**
 * Reads the text of a query: that there is one statement, because SQLite would run the first and pass over the rest, and
 * that it is of a kind that has rows to show. What it may do is for SQLite to enforce.
 * @throws SubjectError `query_rejected`.
 */
export function readStatement(text: string): QueryStatement {
  if (text.includes('\0')) throw queryRejected('The statement must not contain a NUL character.');
  const read = readTokens(text);
  const start = startOf(read.words);
  if (start === null) throw queryRejected('The statement must be SELECT, WITH or EXPLAIN QUERY PLAN.');
  const sql = read.readsSchema ? withSchemaTables(text, start) : text;
  return { sql, readsSchema: read.readsSchema, parameters: read.parameters };
}

export function queryRejected(message: string, cause?: unknown): SubjectError {
  return new SubjectError('query_rejected', [{ subject: ['sql'], message }], { summary: message, cause });
}

interface Word {
  /** In capitals. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

interface ReadTokens {
  /** What it begins with, up to the first token that is no word: no more than are looked at. */
  readonly words: readonly Word[];
  readonly readsSchema: boolean;
  readonly parameters: readonly (string | null)[];
}

function readTokens(text: string): ReadTokens {
  const tokenizer = new Tokenizer(text);
  const words: Word[] = [];
  const parameters: (string | null)[] = [];
  let [wordsOver, ended, readsSchema] = [false, false, false];
  while (tokenizer.next()) {
    const { kind, start } = tokenizer;
    if (kind === 'space' || kind.endsWith('comment')) continue;
    if (text[start] === ';') {
      ended = true;
      continue;
    }
    if (ended) throw queryRejected('Only one statement is allowed; there is more text after its semicolon.');
    if (kind === 'punctuation') takeParameter(tokenizer, parameters);
    if (kind === 'word' && !wordsOver) words.push(wordAt(tokenizer));
    wordsOver ||= kind !== 'word' || words.length === WORDS_LOOKED_AT;
    readsSchema ||= SCHEMA_TABLES.has(foldName(unquote(text.slice(start, tokenizer.end))));
  }
  return { words, readsSchema, parameters };
}

/** EXPLAIN QUERY PLAN WITH RECURSIVE. */
const WORDS_LOOKED_AT = 5;

const SCHEMA_TABLES: ReadonlySet<string> = new Set(['sqlite_master', 'sqlite_schema']);

function wordAt({ text, start, end }: Tokenizer): Word {
  return { text: text.slice(start, end).toUpperCase(), start, end };
}

/** As sqlite3GetToken() and sqlite3ExprAssignVarNumber() have it. https://www.sqlite.org/lang_expr.html#varparam */
function takeParameter(tokenizer: Tokenizer, parameters: (string | null)[]): void {
  PARAMETER.lastIndex = tokenizer.start;
  const name = PARAMETER.exec(tokenizer.text)?.[0];
  if (name === undefined) return;
  tokenizer.end = tokenizer.start + name.length;
  if (name === '?') parameters.push(null);
  else if (name.startsWith('?')) takeNumbered(name, parameters);
  else if (!parameters.includes(name)) parameters.push(name);
}

const PARAMETER = /\?\d*|[:@$](?:[\w$\u{80}-\u{10ffff}]|::)+(?:\([^\s)]*\))?/uy;

/** More than SQLite takes are left to SQLite to refuse. https://www.sqlite.org/limits.html#max_variable_number */
const MAX_PARAMETERS = 32_766;

function takeNumbered(name: string, parameters: (string | null)[]): void {
  const number = Number(name.slice(1));
  if (number > MAX_PARAMETERS) return;
  while (parameters.length < number) parameters.push(null);
}

interface StatementStart {
  /** Where SELECT or WITH stands. */
  readonly at: number;
  /** Where the first of its common table expressions begins; null where it has none. */
  readonly firstExpression: number | null;
}

function startOf(words: readonly Word[]): StatementStart | null {
  const explained = words[0]?.text === 'EXPLAIN' && words[1]?.text === 'QUERY' && words[2]?.text === 'PLAN';
  const [first, second] = explained ? words.slice(3) : words;
  if (first?.text === 'SELECT') return { at: first.start, firstExpression: null };
  if (first?.text !== 'WITH') return null;
  return { at: first.start, firstExpression: second?.text === 'RECURSIVE' ? second.end : first.end };
}

/** The statement with `sqlite_master` and `sqlite_schema` as common table expressions, which go before tables. */
function withSchemaTables(text: string, { at, firstExpression }: StatementStart): string {
  const before = text.slice(0, at);
  if (firstExpression === null) return `${before}${schemaTablesClause} ${text.slice(at)}`;
  return `${before}${schemaTablesClause}, ${text.slice(firstExpression)}`;
}
