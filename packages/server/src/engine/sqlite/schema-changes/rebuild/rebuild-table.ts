import type { DatabaseSync } from 'node:sqlite';

import { RowhouseError } from '../../../../core/errors.ts';
import { attachedDatabaseOf } from '../../../../schema/ddl/create-trigger.ts';
import { editCreateTable, type TableEdit } from '../../../../schema/ddl/edit-create-table.ts';
import { DdlSyntaxError } from '../../../../schema/ddl/statement-reader.ts';
import { firstStatement } from '../../../../schema/ddl/text/first-statement.ts';
import { quoteIdentifier } from '../../../../schema/identifier.ts';
import type { StoredTable } from '../../../../schema/model.ts';
import type { ColumnFacts } from '../../introspection/column-facts.ts';
import { queryRows } from '../../introspection/query-rows.ts';
import { storedDefault } from '../../tables/column-default.ts';
import { type StoredText, writeStoredTexts } from '../../tables/stored-texts.ts';
import { columnsOf } from '../../tables/visible-columns.ts';
import { keepBookkeeping } from './keep-bookkeeping.ts';
import { stageRows } from './stage-rows.ts';

/**
 * Recreates a table from an edited statement, for changes that ALTER TABLE does not support. Rows with their rowids, indexes, triggers,
 * AUTOINCREMENT counters, statistics and the rest of the schema are unchanged. Call it in a transaction on a connection with foreign
 * keys off; otherwise dropping the table would delete its children.
 *
 * It follows SQLite's procedure (https://www.sqlite.org/lang_altertable.html#otheralter), but copies the rows to a temporary table
 * instead of renaming a second table: a rename rewrites the statement, and fails for a CHECK that qualifies columns with the table's
 * name. See docs/decisions/0009-changing-tables.md.
 * @throws RowhouseError `conflict` if SQLite refuses the edited statement.
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
  const dependents = dependentsOf(database, table);
  // Imported rows may violate a CHECK. They are kept.
  // The checks stay off: the connection runs only this change and is then closed.
  database.exec('PRAGMA ignore_check_constraints = ON');
  const unstage = stageRows(database, table, columns);
  keepBookkeeping(database, table, () => {
    database.prepare(`DROP TABLE main.${quoteIdentifier(table.name)}`).run();
    database.prepare(sql).run();
    unstage();
    for (const { sql: statement } of dependents) {
      database.prepare(attachedDatabaseOf(statement)?.withoutIt ?? statement).run();
    }
    const attached = dependents.filter((dependent) => attachedDatabaseOf(dependent.sql) !== null);
    if (attached.length > 0) writeStoredTexts(database, attached);
  });
}

/** Its indexes and triggers in creation order, which determines the firing order. */
function dependentsOf(database: DatabaseSync, { name: table }: StoredTable): readonly StoredText[] {
  return queryRows<[StoredText['kind'], string, string]>(
    database,
    `SELECT type, name, CAST(sql AS TEXT) FROM main.sqlite_schema
     WHERE type IN ('index', 'trigger') AND tbl_name = ? COLLATE NOCASE AND sql IS NOT NULL ORDER BY rowid`,
    [table],
  ).map(([kind, name, sql]) => ({ kind, name, sql: firstStatement(sql) }));
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

/** Compares the columns as SQLite reports them with those expected from the parsed text. */
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

/** Whether a STRICT table reports its key as NOT NULL depends on whether the key is the rowid. */
function comparable(column: ColumnFacts): ColumnFacts {
  return column.primaryKeyPosition !== null ? { ...column, notNull: true } : column;
}

function withEdit(column: ColumnFacts, edit: TableEdit): ColumnFacts {
  if (!('column' in edit) || edit.column !== column.name) return column;
  if (edit.kind === 'set-type') return { ...column, declaredType: edit.type };
  return edit.kind === 'set-default' ? { ...column, defaultSql: storedDefault(edit.literal) } : column;
}

/** A final check; if it fails, the transaction is rolled back. */
function assertSound(database: DatabaseSync, { name }: StoredTable): void {
  const rows = queryRows<[string]>(database, `PRAGMA main.quick_check(${quoteIdentifier(name)})`);
  if (rows[0]?.[0] === 'ok') return;
  throw new Error(`a table is corrupt after its rebuild: ${rows.slice(0, 3).join('; ')}`);
}
