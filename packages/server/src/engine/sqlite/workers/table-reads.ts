import type { Handlers } from '../../../runtime/threads/serve-rpc.ts';
import type { OpenDatabases } from '../connection/open-databases.ts';
import { readTransaction } from '../connection/read-transaction.ts';
import { done, needs, type Routed } from '../protocol/routed.ts';
import type { TableReads } from '../protocol/table-methods.ts';
import { listTables } from '../tables/list-tables.ts';
import { readTable } from '../tables/read-table.ts';

/** The handlers of a reader thread for tables, each in one snapshot. */
export function tableReads(databases: OpenDatabases): Handlers<TableReads> {
  return {
    listTables: ({ path, countRows }) => {
      const database = databases.get(path);
      return routed(readTransaction(database, () => listTables(database, countRows)));
    },
    getTable: ({ path, table }) => {
      const database = databases.get(path);
      return routed(readTransaction(database, () => readTable(database, table)));
    },
  };
}

/** @param read null if ids are missing. */
function routed<Result>(read: Result | null): Routed<Result, 'writer'> {
  return read === null ? needs('writer') : done(read);
}
