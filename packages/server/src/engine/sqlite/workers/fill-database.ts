import { naming, within } from '../../../core/subject-error.ts';
import type { CreatedDatabase, NewDatabase, SeededTable } from '../../new-database.ts';
import type { ListedTable } from '../../project-tables.ts';
import type { OpenDatabase } from '../connection/open-database.ts';
import { insertRecord } from '../records/insert-record.ts';
import { type RecordDatabase, recordDatabaseOf } from '../rows/record-database.ts';
import { createIndex } from '../schema-changes/indexes/create-index.ts';
import { createTables } from '../schema-changes/tables/create-table.ts';
import { listTables } from '../tables/list-tables.ts';

/**
 * Fills an empty database with tables of different names, then their rows, then the indexes, so that an error of a unique index can name
 * the duplicate values. Call it inside a transaction.
 * @throws RowhouseError as `createTables`, `insertRecord` and `createIndex` do. An error that names no part of a row or an index
 * names the row or the index.
 */
export function fillDatabase(
  connection: OpenDatabase,
  { statements = [], tables = [], indexes = [] }: NewDatabase,
): CreatedDatabase {
  for (const statement of statements) connection.exec(statement);
  within(['tables'], () => createTables(connection, tables));
  const database = recordDatabaseOf(connection);
  database.refresh();
  for (const [position, table] of tables.entries()) {
    within(['tables', position], () => insertRows(database, table));
  }
  const made = indexes.map(({ table, index }, position) => {
    const entry = naming(['indexes', position, 'index'], () => createIndex(connection, table, index));
    return { table, index: entry };
  });
  return { tables: listed(connection, tables), indexes: made };
}

function insertRows(database: RecordDatabase, { table: { name }, rows }: SeededTable): void {
  const table = database.table(name);
  for (const [position, row] of rows.entries()) {
    naming(['rows', position], () => insertRecord(database, table, { row, onConflict: null }, []));
  }
}

function listed(connection: OpenDatabase, tables: readonly SeededTable[]): readonly ListedTable[] {
  const byName = new Map(listTables(connection, true)?.map((table) => [table.name, table]));
  return tables.map(({ table: { name } }) => {
    const found = byName.get(name);
    if (found === undefined) throw new Error('a table is missing after it was created');
    return found;
  });
}
