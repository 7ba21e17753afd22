import { SubjectError } from '../../../core/subject-error.ts';
import { unquote } from '../../../schema/ddl/statement-reader.ts';
import { Tokenizer } from '../../../schema/ddl/tokenizer.ts';
import { foldName } from '../../../schema/identifier.ts';
import { schemaTablesClause } from './visible-schema.ts';

/** A client's statement, parsed for what SQLite does not report about it. */
export interface QueryStatement {
  /** The SQL to run. */
  readonly sql: string;
  /** The same with each `"name"` in backticks, so that SQLite does not read it as a string; null if there is none. */
  readonly sqlWithoutStrings: string | null;
  /** Whether it uses `sqlite_master` or `sqlite_schema`. */
  readonly readsSchema: boolean;
  /**
   * Its parameters in order of their numbers: a name with its prefix, or null for `?`, `?1` and unused numbers.
   */
  readonly parameters: readonly (string | null)[];
}

/**
 * Parses the text of a query. It must be one statement, because SQLite would run the first and ignore the rest, and it must be of a
 * kind that returns rows. SQLite enforces what the statement may do.
 * @throws SubjectError `query_rejected`.
 */
export function readStatement(text: string): QueryStatement {
  if (text.includes('\0')) throw queryRejected('The statement must not contain a NUL character.');
  const read = readTokens(text);
  const start = startOf(read.words);
  if (start === null) throw queryRejected('The statement must be SELECT, WITH or EXPLAIN QUERY PLAN.');
  const { readsSchema, parameters, doubleQuoted } = read;
  const complete = (sql: string) => (readsSchema ? withSchemaTables(sql, start) : sql);
  const sqlWithoutStrings = doubleQuoted.length === 0 ? null : complete(inBackticks(text, doubleQuoted));
  return { sql: complete(text), sqlWithoutStrings, readsSchema, parameters };
}

export function queryRejected(message: string, cause?: unknown): SubjectError {
  return new SubjectError('query_rejected', [{ subject: ['sql'], message }], { summary: message, cause });
}

interface Word {
  /** In upper case. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

interface ReadTokens {
  /** The leading words, up to the first token that is not a word, at most `WORDS_LOOKED_AT`. */
  readonly words: readonly Word[];
  readonly readsSchema: boolean;
  readonly parameters: readonly (string | null)[];
  /** The names in double quotes. */
  readonly doubleQuoted: readonly { readonly start: number; readonly end: number }[];
}

function readTokens(text: string): ReadTokens {
  const tokenizer = new Tokenizer(text);
  const words: Word[] = [];
  const parameters: (string | null)[] = [];
  const doubleQuoted: { readonly start: number; readonly end: number }[] = [];
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
    if (kind === 'quoted' && text[start] === '"') doubleQuoted.push({ start, end: tokenizer.end });
    if (kind === 'word' && !wordsOver) words.push(wordAt(tokenizer));
    wordsOver ||= kind !== 'word' || words.length === WORDS_LOOKED_AT;
    readsSchema ||= SCHEMA_TABLES.has(foldName(unquote(text.slice(start, tokenizer.end))));
  }
  return { words, readsSchema, parameters, doubleQuoted };
}

function inBackticks(text: string, names: ReadTokens['doubleQuoted']): string {
  let [result, copied] = ['', 0];
  for (const { start, end } of names) {
    const name = unquote(text.slice(start, end));
    result += `${text.slice(copied, start)}\`${name.replaceAll('`', '``')}\``;
    copied = end;
  }
  return result + text.slice(copied);
}

/** EXPLAIN QUERY PLAN WITH RECURSIVE. */
const WORDS_LOOKED_AT = 5;

const SCHEMA_TABLES: ReadonlySet<string> = new Set(['sqlite_master', 'sqlite_schema']);

function wordAt({ text, start, end }: Tokenizer): Word {
  return { text: text.slice(start, end).toUpperCase(), start, end };
}

/** Follows sqlite3GetToken() and sqlite3ExprAssignVarNumber(). https://www.sqlite.org/lang_expr.html#varparam */
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

/** SQLite rejects more than this. https://www.sqlite.org/limits.html#max_variable_number */
const MAX_PARAMETERS = 32_766;

function takeNumbered(name: string, parameters: (string | null)[]): void {
  const number = Number(name.slice(1));
  if (number > MAX_PARAMETERS) return;
  while (parameters.length < number) parameters.push(null);
}

interface StatementStart {
  /** The position of SELECT or WITH. */
  readonly at: number;
  /** The position of the first common table expression; null if there is none. */
  readonly firstExpression: number | null;
}

function startOf(words: readonly Word[]): StatementStart | null {
  const explained = words[0]?.text === 'EXPLAIN' && words[1]?.text === 'QUERY' && words[2]?.text === 'PLAN';
  const [first, second] = explained ? words.slice(3) : words;
  if (first?.text === 'SELECT') return { at: first.start, firstExpression: null };
  if (first?.text !== 'WITH') return null;
  return { at: first.start, firstExpression: second?.text === 'RECURSIVE' ? second.end : first.end };
}

/** Adds `sqlite_master` and `sqlite_schema` as common table expressions, which take precedence over tables. */
function withSchemaTables(text: string, { at, firstExpression }: StatementStart): string {
  const before = text.slice(0, at);
  if (firstExpression === null) return `${before}${schemaTablesClause} ${text.slice(at)}`;
  return `${before}${schemaTablesClause}, ${text.slice(firstExpression)}`;
}
