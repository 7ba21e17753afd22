import type { DatabaseSync } from 'node:sqlite';

import { quoteIdentifier } from '../../../../schema/identifier.ts';
import type { StoredTable } from '../../../../schema/model.ts';
import { unusedName } from '../../tables/unused-name.ts';
import { createIndex } from './create-index.ts';

/**
 * Makes a column unique by creating an index, without rewriting the rows.
 * @throws RowhouseError `constraint_violation` if there are duplicate values.
 */
export function makeUnique(
  database: DatabaseSync,
  table: StoredTable,
  { column, showsValues }: { readonly column: string; readonly showsValues: boolean },
): void {
  const name = `unq_${table.name}_${column}`.replaceAll(/[^A-Za-z0-9_]/g, '_').slice(0, 60);
  const index = { name: unusedName(database, name), columns: [column], unique: true, showsValues };
  createIndex(database, table.name, index);
}

export function dropIndexNamed(database: DatabaseSync, name: string): void {
  database.prepare(`DROP INDEX main.${quoteIdentifier(name)}`).run();
}
