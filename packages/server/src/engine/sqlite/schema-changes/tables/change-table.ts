import type { DatabaseSync } from 'node:sqlite';

import { RowhouseError } from '../../../../core/errors.ts';
import { foldName, quoteIdentifier } from '../../../../schema/identifier.ts';
import type { TableChange } from '../../../project-tables.ts';
import { findTable } from '../../tables/find-table.ts';
import { fullTextTablesOver } from '../../tables/full-text-tables.ts';
import { renameTableMetadata, setDisplayName } from '../../tables/metadata-writes.ts';
import { syncMetadata } from '../../tables/sync-metadata.ts';
import { unusedName } from '../../tables/unused-name.ts';
import { withoutBrokenObjects } from '../without-broken-objects.ts';
import { assertNameIsFree } from './create-table.ts';

/**
 * Renames a table or changes its display name. Call it inside a transaction.
 * @returns its new name.
 * @throws RowhouseError `not_found`, `already_exists`, `conflict`.
 */
export function changeTable(database: DatabaseSync, nameOrId: string, change: TableChange): string {
  syncMetadata(database);
  const { name: old } = findTable(database, nameOrId);
  const { name = old, displayName } = change;
  if (name !== old) renameTable(database, old, name);
  if (displayName !== undefined) setDisplayName(database, name, displayName);
  return name;
}

/** SQLite rewrites the foreign keys, triggers and views that use it. https://www.sqlite.org/lang_altertable.html#altertabrename */
function renameTable(database: DatabaseSync, old: string, name: string): void {
  assertNotReadByName(database, old);
  // For SQLite a name in another case is the same name, and therefore taken.
  const isSame = foldName(old) === foldName(name);
  if (!isSame) assertNameIsFree(database, name);
  const change = () => {
    const between = isSame ? unusedName(database, '_rowhouse_renamed') : old;
    if (isSame) rename(database, old, between);
    rename(database, between, name);
  };
  withoutBrokenObjects(database, { subject: 'table', names: [old], change });
  renameTableMetadata(database, old, name);
}

function rename(database: DatabaseSync, old: string, name: string): void {
  database.prepare(`ALTER TABLE main.${quoteIdentifier(old)} RENAME TO ${quoteIdentifier(name)}`).run();
}

function assertNotReadByName(database: DatabaseSync, table: string): void {
  const [reader] = fullTextTablesOver(database, table);
  if (reader === undefined) return;
  throw new RowhouseError(
    'conflict',
    `The table ${table} cannot be renamed: the full-text table ${reader.name} reads it by this name.`,
  );
}
