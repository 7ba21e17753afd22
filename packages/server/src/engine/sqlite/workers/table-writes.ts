import type { DatabaseSync } from 'node:sqlite';

import type { IdempotentRequest, Replayable } from '../../../core/idempotency.ts';
import type { Handlers } from '../../../runtime/threads/serve-rpc.ts';
import type { ColumnEntry, TableDetails } from '../../project-tables.ts';
import type { OpenDatabase } from '../connection/open-database.ts';
import { runOnce } from '../idempotency/run-once.ts';
import { storedResults } from '../idempotency/stored-results.ts';
import type { Shape } from '../idempotency/stored-shapes.ts';
import type { TableWrites } from '../protocol/table-methods.ts';
import { changeSchema } from '../schema-changes/change-schema.ts';
import { addColumn } from '../schema-changes/columns/add-column.ts';
import { changeColumns } from '../schema-changes/columns/change-columns.ts';
import { dropColumn } from '../schema-changes/columns/drop-column.ts';
import { createIndex } from '../schema-changes/indexes/create-index.ts';
import { dropIndex } from '../schema-changes/indexes/drop-index.ts';
import { changeTable } from '../schema-changes/tables/change-table.ts';
import { createTable } from '../schema-changes/tables/create-table.ts';
import { dropTable } from '../schema-changes/tables/drop-table.ts';
import { readTable } from '../tables/read-table.ts';
import { syncMetadata } from '../tables/sync-metadata.ts';

/** The handlers of a writer thread that change tables, each in one transaction. */
export const tableWrites: Handlers<TableWrites> = {
  syncMetadata: ({ path }) => changeSchema(path, syncMetadata),
  createTable: ({ path, request, table }) =>
    changeSchemaOnce(path, request, storedResults.tableDetails, (database) => {
      createTable(database, table);
      return adopted(database, table.name);
    }),
  changeTable: ({ path, request, table, change }) =>
    changeSchemaOnce(path, request, storedResults.table, (database) => {
      return adopted(database, changeTable(database, table, change)).table;
    }),
  dropTable: ({ path, request, table, cascade }) =>
    changeSchemaOnce(path, request, storedResults.name, (database) => {
      const name = dropTable(database, table, cascade);
      syncMetadata(database);
      return name;
    }),
  addColumn: ({ path, request, table, column }) =>
    changeSchemaOnce(path, request, storedResults.column, (database) => {
      const added = addColumn(database, table, column);
      return columnNamed(adopted(database, added.table), added.column);
    }),
  changeColumns: ({ path, request, table, changes }) =>
    changeSchemaOnce(path, request, storedResults.columns, (database) => {
      const changed = changeColumns(database, table, changes);
      const details = adopted(database, changed.table);
      return changed.columns.map((column) => columnNamed(details, column));
    }),
  dropColumn: ({ path, request, table, column }) =>
    changeSchemaOnce(path, request, storedResults.name, (database) => {
      const name = dropColumn(database, table, column);
      syncMetadata(database);
      return name;
    }),
  createIndex: ({ path, request, table, index }) =>
    changeSchemaOnce(path, request, storedResults.index, (database) => createIndex(database, table, index)),
  dropIndex: ({ path, request, table, index }) =>
    changeSchemaOnce(path, request, storedResults.name, (database) => dropIndex(database, table, index)),
};

function changeSchemaOnce<Result>(
  path: string,
  request: IdempotentRequest | null,
  shape: Shape<Result>,
  change: (database: OpenDatabase) => Result,
): Replayable<Result> {
  return changeSchema(path, (database) => runOnce(database, request, shape, () => change(database)));
}

/** The table after a change, with ids for everything new. */
function adopted(database: DatabaseSync, table: string): TableDetails {
  syncMetadata(database);
  const details = readTable(database, table);
  if (details === null) throw new Error('a table has no ids after they were assigned');
  return details;
}

function columnNamed({ columns }: TableDetails, name: string): ColumnEntry {
  const found = columns.find((column) => column.name === name);
  if (found === undefined) throw new Error('a column is missing after it was changed');
  return found;
}
