import { RowhouseError } from '../../../core/errors.ts';
import type { CreatedDatabase, NewDatabase, SeededTable } from '../../new-database.ts';
import type { ListedTable } from '../../project-tables.ts';
import type { OpenDatabase } from '../connection/open-database.ts';
import { insertRecord } from '../records/insert-record.ts';
import { type RecordDatabase, recordDatabaseOf } from '../rows/record-database.ts';
import { createIndex } from '../schema-changes/indexes/create-index.ts';
import { createTables } from '../schema-changes/tables/create-table.ts';
import { listTables } from '../tables/list-tables.ts';

/**
 * Makes in an empty database what it is to hold: first the tables, which have different names, then their rows, then the indexes, so that a unique one
 * can say which values stand in its way. Call it inside a transaction.
 * @throws RowhouseError as `createTables`, `insertRecord` and `createIndex` do, always with the field at fault.
 */
export function fillDatabase(
  connection: OpenDatabase,
  { statements = [], tables = [], indexes = [] }: NewDatabase,
): CreatedDatabase {
  for (const statement of statements) connection.exec(statement);
  createTables(
    connection,
    tables.map(({ table }) => table),
  );
  const database = recordDatabaseOf(connection);
  database.refresh();
  for (const table of tables) insertRows(database, table);
  const made = indexes.map(({ table, index }) => {
    return { table, index: namingField(index.field, () => createIndex(connection, table, index)) };
  });
  return { tables: listed(connection, tables), indexes: made };
}

function insertRows(database: RecordDatabase, { table: { name }, rows, rowsField }: SeededTable): void {
  const table = database.table(name);
  for (const [position, row] of rows.entries()) {
    const field = `${rowsField}[${position}]`;
    namingField(field, () => insertRecord(database, table, { row, field, onConflict: null }));
  }
}

/** Where an error names no field of its own, it names the place of the whole in the request. */
function namingField<Result>(field: string, make: () => Result): Result {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof RowhouseError) || (error.details ?? []).length > 0) throw error;
    const details = [{ field, message: error.message }];
    throw new RowhouseError(error.code, error.message, { details, cause: error });
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
