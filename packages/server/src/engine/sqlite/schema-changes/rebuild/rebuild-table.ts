import type { DatabaseSync } from 'node:sqlite';

import { RowhouseError } from '../../../../core/errors.ts';
import { editCreateTable, type TableEdit } from '../../../../schema/ddl/edit-create-table.ts';
import { firstStatement } from '../../../../schema/ddl/first-statement.ts';
import { DdlSyntaxError } from '../../../../schema/ddl/statement-reader.ts';
import { quoteIdentifier } from '../../../../schema/identifier.ts';
import type { StoredTable } from '../../../../schema/model.ts';
import type { ColumnFacts } from '../../introspection/column-facts.ts';
import { queryRows } from '../../introspection/query-rows.ts';
import { columnsOf } from '../../tables/visible-columns.ts';
import { keepBookkeeping } from './keep-bookkeeping.ts';
import { stageRows } from './stage-rows.ts';

/**
 * Makes a table anew with an edited statement, for what ALTER TABLE cannot do. Rows and their rowids, indexes, triggers,
 * AUTOINCREMENT counters and statistics are what they were, and nothing else in the schema is touched. Call it in a
 * transaction on a connection with foreign keys off: else the rows of children would go with the table.
 *
 * It is SQLite's procedure (https://www.sqlite.org/lang_altertable.html#otheralter) with the rows staged in a temporary
 * table instead of a second one that is renamed: a rename rewrites the statement, and fails for a CHECK that
 * calls its table by name. See docs/decisions/0009-changing-tables.md.
 * @throws RowhouseError `conflict` where SQLite refuses the table in its new form.
 */
export function rebuildTable(database: DatabaseSync, table: StoredTable, edits: readonly TableEdit[]): void {
  const before = columnsOf(database, table);
  try {
    const sql = editCreateTable(table.sql, edits);
    remake(database, table, { sql, columns: before });
  } catch (error) {
    throw explainRefusal(error, table);
  }
  assertAsPlanned(before, columnsOf(database, table), edits, table);
  assertSound(database, table);
}

function remake(
  database: DatabaseSync,
  table: StoredTable,
  { sql, columns }: { readonly sql: string; readonly columns: readonly ColumnFacts[] },
): void {
  const dependents = statementsOn(database, table);
  // Rows that break a CHECK came in with an import. They stay, and so do all others.
  // Nothing turns the checks on again: the connection serves this change alone, and is closed after it.
  database.exec('PRAGMA ignore_check_constraints = ON');
  const unstage = stageRows(database, table, columns);
  keepBookkeeping(database, table, () => {
    database.prepare(`DROP TABLE main.${quoteIdentifier(table.name)}`).run();
    database.prepare(sql).run();
    unstage();
    for (const statement of dependents) database.prepare(statement).run();
  });
}

/** Those of its indexes and triggers, in the order they were made in: SQLite fires triggers by it. */
function statementsOn(database: DatabaseSync, { name }: StoredTable): readonly string[] {
  return queryRows<[string]>(
    database,
    `SELECT CAST(sql AS TEXT) FROM main.sqlite_schema
     WHERE type IN ('index', 'trigger') AND tbl_name = ? COLLATE NOCASE AND sql IS NOT NULL ORDER BY rowid`,
    [name],
  ).map(([sql]) => firstStatement(sql));
}

const SQLITE_ERROR = 1;
const SQLITE_CONSTRAINT = 19;

function explainRefusal(error: unknown, { name }: StoredTable): unknown {
  if (error instanceof DdlSyntaxError) return unreadable(name, error);
  if (!(error instanceof Error) || !('errcode' in error)) return error;
  const code = Number(error.errcode) & 0xff;
  if (code !== SQLITE_ERROR && code !== SQLITE_CONSTRAINT) return error;
  return new RowhouseError(
    'conflict',
    `SQLite rejects the new definition of the table ${name}: ${error.message}.`,
    {
      cause: error,
    },
  );
}

function unreadable(table: string, cause?: Error): RowhouseError {
  return new RowhouseError(
    'conflict',
    `The CREATE statement of the table ${table} cannot be changed safely.`,
    { cause },
  );
}

/** What SQLite says of the columns has the last word on what was read in the text. */
function assertAsPlanned(
  before: readonly ColumnFacts[],
  after: readonly ColumnFacts[],
  edits: readonly TableEdit[],
  { name }: StoredTable,
): void {
  const planned = before.map((column) => edits.reduce(withEdit, column));
  const [plan, result] = [planned, after].map((columns) => JSON.stringify(columns.map(comparable)));
  if (plan !== result) throw unreadable(name);
}

/** Whether a STRICT table says NOT NULL of its key depends on whether that is the rowid. */
function comparable(column: ColumnFacts): ColumnFacts {
  return column.primaryKeyPosition !== null ? { ...column, notNull: true } : column;
}

function withEdit(column: ColumnFacts, edit: TableEdit): ColumnFacts {
  if (!('column' in edit) || edit.column !== column.name) return column;
  if (edit.kind === 'set-type') return { ...column, declaredType: edit.type };
  return edit.kind === 'set-default' ? { ...column, defaultSql: edit.literal } : column;
}

/** Rows are copied by SQLite and counted; should anything be wrong all the same, nothing of it is committed. */
function assertSound(database: DatabaseSync, { name }: StoredTable): void {
  const rows = queryRows<[string]>(database, `PRAGMA main.quick_check(${quoteIdentifier(name)})`);
  if (rows[0]?.[0] === 'ok') return;
  throw new Error(`a table is corrupt after its rebuild: ${rows.slice(0, 3).join('; ')}`);
}
