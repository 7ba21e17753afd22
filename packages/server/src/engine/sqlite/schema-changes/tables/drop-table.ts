import type { DatabaseSync } from 'node:sqlite';

import { RowhouseError } from '../../../../core/errors.ts';
import { foldName, isReservedName, quoteIdentifier } from '../../../../schema/identifier.ts';
import { nameList } from '../../../../schema/name-list.ts';
import { readForeignKeysTo } from '../../introspection/foreign-key-facts.ts';
import { brokenObjects, dropObject } from '../../tables/broken-objects.ts';
import { findTable } from '../../tables/find-table.ts';
import { fullTextTablesOver } from '../../tables/full-text-tables.ts';
import type { DependentObject } from '../../tables/stored-texts.ts';
import { rebuildTable } from '../rebuild/rebuild-table.ts';

/**
 * Drops a table. Call it inside a transaction, with foreign keys off.
 * @param cascade whether to drop foreign keys of other tables that reference it, and views and triggers that use it.
 * @returns its name as stored.
 * @throws RowhouseError `not_found`; `conflict` if something uses the table.
 */
export function dropTable(database: DatabaseSync, nameOrId: string, cascade: boolean): string {
  const { name } = findTable(database, nameOrId);
  const [reader] = fullTextTablesOver(database, name);
  if (reader !== undefined) throw inUse(name, [{ kind: 'full-text table', name: reader.name }]);
  const children = [...readForeignKeysTo(database, name).keys()].filter(
    (child) => foldName(child) !== foldName(name) && !isReservedName(child),
  );
  if (children.length > 0 && !cascade) {
    throw inUse(
      name,
      children.map((child) => ({ kind: 'table', name: child })),
    );
  }
  for (const child of children) {
    rebuildTable(database, findTable(database, child), [{ kind: 'drop-references', table: name }]);
  }
  dropWithUsers(database, name, cascade);
  return name;
}

function dropWithUsers(database: DatabaseSync, name: string, cascade: boolean): void {
  const before = new Set(brokenObjects(database).map(keyOf));
  database.prepare(`DROP TABLE main.${quoteIdentifier(name)}`).run();
  const users = brokenObjects(database).filter((object) => !before.has(keyOf(object)));
  if (users.length > 0 && !cascade) throw inUse(name, users);
  for (const user of users) if (isThere(database, user)) dropObject(database, user);
}

function keyOf({ kind, name }: DependentObject): string {
  return `${kind} ${name}`;
}

/** A trigger may have been dropped with its view. */
function isThere(database: DatabaseSync, { kind, name }: DependentObject): boolean {
  const sql = 'SELECT 1 FROM main.sqlite_schema WHERE type = ? AND name = ?';
  return database.prepare(sql).get(kind, name) !== undefined;
}

function inUse(
  table: string,
  users: readonly { readonly kind: string; readonly name: string }[],
): RowhouseError {
  return new RowhouseError('conflict', `The table ${table} is used by ${nameList(users)}.`);
}
