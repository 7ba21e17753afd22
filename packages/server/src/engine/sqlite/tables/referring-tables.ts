import type { DatabaseSync } from 'node:sqlite';

import { foldName } from '../../../schema/identifier.ts';
import { queryRows } from '../introspection/query-rows.ts';
import { type Reference, referencesOf } from './references.ts';

export interface ReferringTable {
  readonly name: string;
  /** Its foreign keys that reference the table. */
  readonly references: readonly Reference[];
}

/** The tables with foreign keys that reference this one, including the table itself. */
export function referringTables(database: DatabaseSync, table: string): readonly ReferringTable[] {
  const rows = queryRows<[string]>(
    database,
    `SELECT DISTINCT m.name FROM main.sqlite_schema m
     JOIN pragma_foreign_key_list(m.name, 'main') f ON f."table" = ? COLLATE NOCASE
     WHERE m.type = 'table' AND m.rootpage > 0 AND m.sql LIKE '%references%' ORDER BY m.name`,
    [table],
  );
  return rows.map(([name]) => ({
    name,
    references: referencesOf(database, name).filter(
      ({ referencedTable }) => foldName(referencedTable) === foldName(table),
    ),
  }));
}
