import type { Handlers } from '../../../threads/serve-operations.ts';
import type { OpenDatabases } from '../open-databases.ts';
import { readTransaction } from '../read-transaction.ts';
import { listTables } from './list-tables.ts';
import { readTable } from './read-table.ts';
import type { TableReads } from './table-operations.ts';

/** How a reader thread answers about tables, each time from one view of the database. */
export function tableReads(databases: OpenDatabases): Handlers<TableReads> {
  return {
    listTables: ({ path, countRows }) => {
      const database = databases.get(path);
      return readTransaction(database, () => listTables(database, countRows));
    },
    getTable: ({ path, table }) => {
      const database = databases.get(path);
      return readTransaction(database, () => readTable(database, table));
    },
  };
}
