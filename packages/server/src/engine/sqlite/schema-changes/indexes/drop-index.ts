import type { DatabaseSync } from 'node:sqlite';

import { RowhouseError } from '../../../../core/errors.ts';
import { foldName, quoteIdentifier } from '../../../../schema/identifier.ts';
import { findTable } from '../../tables/find-table.ts';
import { indexesOf } from '../../tables/table-indexes.ts';
import { keepForeignKeys } from '../keep-foreign-keys.ts';

/**
 * Drops an index of a table. Call it inside a transaction.
 * @returns its name as stored.
 * @throws RowhouseError `not_found`; `conflict` for the index of a constraint, or one that foreign keys require.
 */
export function dropIndex(database: DatabaseSync, nameOrId: string, name: string): string {
  const table = findTable(database, nameOrId);
  const index = indexesOf(database, table).find((other) => foldName(other.name) === foldName(name));
  if (index === undefined) throw new RowhouseError('not_found', 'There is no such index on this table.');
  if (index.origin !== 'c') {
    throw new RowhouseError(
      'conflict',
      `The index ${index.name} belongs to a constraint and can only be dropped with the constraint.`,
    );
  }
  const drop = () => database.prepare(`DROP INDEX main.${quoteIdentifier(index.name)}`).run();
  // A foreign key can only depend on a unique index.
  if (index.unique) keepForeignKeys(database, table.name, drop);
  else drop();
  return index.name;
}
