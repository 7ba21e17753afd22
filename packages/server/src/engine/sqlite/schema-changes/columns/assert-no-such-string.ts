import type { DatabaseSync } from 'node:sqlite';

import { RowhouseError } from '../../../../core/errors.ts';
import { unquote } from '../../../../schema/ddl/statement-reader.ts';
import { Tokenizer } from '../../../../schema/ddl/tokenizer.ts';
import { foldName } from '../../../../schema/identifier.ts';
import type { StoredTable } from '../../../../schema/model.ts';
import { openDatabase } from '../../connection/open-database.ts';
import { queryRows } from '../../introspection/query-rows.ts';
import { compileErrors } from './assert-views-and-triggers-compile.ts';

interface StoredText {
  readonly kind: 'table' | 'index' | 'view' | 'trigger';
  readonly name: string;
  readonly table: string;
  readonly sql: string;
}

/**
 * Refuses new names of columns that are strings in double quotes in the schema: a `"text"` that is no column is a string, and would
 * become the column. Then a CHECK, a view or an index would mean something else, and the rows of the index would be wrong.
 * https://www.sqlite.org/quirks.html#double_quoted_string_literals_are_accepted
 * @throws RowhouseError `conflict`.
 */
export function assertNoSuchString(
  database: DatabaseSync,
  table: StoredTable,
  names: readonly string[],
): void {
  const folded = new Set(names.map(foldName));
  const texts = queryRows<[StoredText['kind'], string, string, string]>(
    database,
    `SELECT type, name, tbl_name, CAST(sql AS TEXT) FROM main.sqlite_schema
     WHERE instr(sql, '"') > 0 AND (type IN ('view', 'trigger') OR tbl_name = ? COLLATE NOCASE)`,
    [table.name],
  ).map(([kind, name, owner, sql]): StoredText => ({ kind, name, table: owner, sql }));
  const suspects = texts.filter(({ sql }) => hasDoubleQuoted(sql, folded));
  if (suspects.length === 0) return;
  const found = suspects.find(
    (text) => text.kind === 'index' || (text.kind === 'table' && hasStrings(text.sql)),
  );
  const program = found ?? programWithStrings(database, suspects);
  if (program === undefined) return;
  const message = `The ${program.kind} ${program.name} has a string in double quotes that would become the new column.`;
  throw new RowhouseError('conflict', message);
}

/** After the first parenthesis or AS: before it are the names of the object and of its table. */
function hasDoubleQuoted(sql: string, names: ReadonlySet<string>): boolean {
  const tokenizer = new Tokenizer(sql);
  let hasBegun = false;
  while (tokenizer.next()) {
    const token = sql.slice(tokenizer.start, tokenizer.end);
    hasBegun ||= token === '(' || /^(?:as|begin|when)$/i.test(token);
    if (hasBegun && token.startsWith('"') && names.has(foldName(unquote(token)))) return true;
  }
  return false;
}

/** Whether the statement compiles only if SQLite accepts strings in double quotes. */
function hasStrings(sql: string): boolean {
  using scratch = openDatabase(':memory:', { mode: 'read-write' });
  try {
    scratch.prepare(sql);
    return false;
  } catch (error) {
    return isAboutString(error instanceof Error ? error.message : '');
  }
}

/** The first view or trigger among these that compiles only if SQLite accepts them. */
function programWithStrings(database: DatabaseSync, suspects: readonly StoredText[]): StoredText | undefined {
  const programs = suspects.filter(({ kind }) => kind === 'view' || kind === 'trigger');
  const path = database.location();
  if (programs.length === 0 || path === null) return undefined;
  using strict = openDatabase(path, { mode: 'read-only' });
  const errors = [...compileErrors(strict)].filter(([, reason]) => isAboutString(reason));
  return programs.find(({ kind, name, table }) => {
    const end = kind === 'view' ? `view ${name}` : ` triggers of ${table}`;
    return errors.some(([program]) => program.endsWith(end));
  });
}

function isAboutString(message: string): boolean {
  return message.includes('should this be a string literal');
}
