import type { DatabaseSync } from 'node:sqlite';

import type { IdempotentRequest, Written } from '../../../idempotency.ts';
import type { Handlers } from '../../../threads/serve-operations.ts';
import type { ColumnEntry, TableDetails } from '../../project-tables.ts';
import { addColumn } from '../columns/add-column.ts';
import { changeColumns } from '../columns/change-columns.ts';
import { dropColumn } from '../columns/drop-column.ts';
import { runOnce } from '../idempotency/run-once.ts';
import type { OpenDatabase } from '../open-database.ts';
import { adoptTables } from './adopt-tables.ts';
import { changeSchema } from './change-schema.ts';
import { changeTable } from './change-table.ts';
import { createIndex } from './create-index.ts';
import { createTables } from './create-table.ts';
import { dropIndex } from './drop-index.ts';
import { dropTable } from './drop-table.ts';
import { readTable } from './read-table.ts';
import type { TableWrites } from './table-operations.ts';

/** How a writer thread changes tables, each time in one transaction. */
export const tableWrites: Handlers<TableWrites> = {
  adoptTables: ({ path }) => changeSchema(path, adoptTables),
  createTable: ({ path, request, table }) =>
    changeSchemaOnce(path, request, (database) => {
      createTables(database, [table]);
      return adopted(database, table.name);
    }),
  changeTable: ({ path, request, table, change }) =>
    changeSchemaOnce(path, request, (database) => {
      return adopted(database, changeTable(database, table, change)).table;
    }),
  dropTable: ({ path, request, table, cascade }) =>
    changeSchemaOnce(path, request, (database) => {
      const name = dropTable(database, table, cascade);
      adoptTables(database);
      return name;
    }),
  addColumn: ({ path, request, table, column }) =>
    changeSchemaOnce(path, request, (database) => {
      const added = addColumn(database, table, column);
      return columnNamed(adopted(database, added.table), added.column);
    }),
  changeColumns: ({ path, request, table, changes }) =>
    changeSchemaOnce(path, request, (database) => {
      const changed = changeColumns(database, table, changes);
      const details = adopted(database, changed.table);
      return changed.columns.map((column) => columnNamed(details, column));
    }),
  dropColumn: ({ path, request, table, column }) =>
    changeSchemaOnce(path, request, (database) => {
      const name = dropColumn(database, table, column);
      adoptTables(database);
      return name;
    }),
  createIndex: ({ path, request, table, index }) =>
    changeSchemaOnce(path, request, (database) => createIndex(database, table, index)),
  dropIndex: ({ path, request, table, index }) =>
    changeSchemaOnce(path, request, (database) => dropIndex(database, table, index)),
};

function changeSchemaOnce<Result>(
  path: string,
  request: IdempotentRequest | null,
  change: (database: OpenDatabase) => Result,
): Written<Result> {
  return changeSchema(path, (database) => runOnce(database, request, () => change(database)));
}

/** The table as it is after a change, what is new in it with ids. */
function adopted(database: DatabaseSync, table: string): TableDetails {
  adoptTables(database);
  const details = readTable(database, table);
  if (details === null) throw new Error('a table was read that has no ids after they were given');
  return details;
}

function columnNamed({ columns }: TableDetails, name: string): ColumnEntry {
  const found = columns.find((column) => column.name === name);
  if (found === undefined) throw new Error('a column is not there after it was changed');
  return found;
}
