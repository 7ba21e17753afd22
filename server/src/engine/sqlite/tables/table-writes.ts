import type { DatabaseSync } from 'node:sqlite';

import type { Handlers } from '../../../threads/serve-operations.ts';
import type { TableDetails } from '../../project-tables.ts';
import { adoptTables } from './adopt-tables.ts';
import { changeSchema } from './change-schema.ts';
import { createIndex } from './create-index.ts';
import { createTables } from './create-table.ts';
import { dropIndex } from './drop-index.ts';
import { readTable } from './read-table.ts';
import type { TableWrites } from './table-operations.ts';

/** How a writer thread changes tables, each time in one transaction. */
export const tableWrites: Handlers<TableWrites> = {
  adoptTables: ({ path }) => changeSchema(path, adoptTables),
  createTable: ({ path, table }) =>
    changeSchema(path, (database) => {
      createTables(database, [table]);
      return adopted(database, table.name);
    }),
  createIndex: ({ path, table, index }) =>
    changeSchema(path, (database) => createIndex(database, table, index)),
  dropIndex: ({ path, table, index }) => changeSchema(path, (database) => dropIndex(database, table, index)),
};

/** The table as it is after a change, what is new in it with ids. */
function adopted(database: DatabaseSync, table: string): TableDetails {
  adoptTables(database);
  const details = readTable(database, table);
  if (details === null) throw new Error('a table was read that has no ids after they were given');
  return details;
}
