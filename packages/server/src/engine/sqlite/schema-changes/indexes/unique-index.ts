import type { DatabaseSync } from 'node:sqlite';

import { quoteIdentifier } from '../../../../schema/identifier.ts';
import type { StoredTable } from '../../../../schema/model.ts';
import { unusedName } from '../../tables/unused-name.ts';
import { createIndex } from './create-index.ts';

/**
 * Makes a column unique with an index of its own, which keeps the rows where they are.
 * @throws RowhouseError `constraint_violation` where values stand twice.
 */
export function makeUnique(database: DatabaseSync, table: StoredTable, column: string): void {
  const name = `unq_${table.name}_${column}`.replaceAll(/[^A-Za-z0-9_]/g, '_').slice(0, 60);
  const index = { name: unusedName(database, name), columns: [column], unique: true };
  createIndex(database, table.name, index);
}

export function dropIndexNamed(database: DatabaseSync, name: string): void {
  database.prepare(`DROP INDEX main.${quoteIdentifier(name)}`).run();
}
