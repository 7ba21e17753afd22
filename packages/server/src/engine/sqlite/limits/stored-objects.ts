import type { DatabaseSync } from 'node:sqlite';

import { foldName } from '../../../schema/identifier.ts';
import { queryRows } from '../introspection/query-rows.ts';

/** A table or a view, as the schema table has it. */
export interface NamedObject {
  /** As stored. */
  readonly name: string;
  readonly kind: 'table' | 'virtual' | 'view';
  /** The text of a virtual table; empty for others. */
  readonly sql: string;
}

/** Returns the tables and views of a database, also those of the service and shadow tables, by folded name. */
export function readNamedObjects(database: DatabaseSync): ReadonlyMap<string, NamedObject> {
  // Not from a PRAGMA, which would compile every view first. A virtual table has no root page.
  const rows = queryRows<[string, NamedObject['kind'], string]>(
    database,
    `SELECT name, kind, iif(kind = 'virtual', CAST(coalesce(sql, '') AS TEXT), '')
     FROM (SELECT name, sql, iif(type = 'table' AND coalesce(rootpage, 0) = 0, 'virtual', type) AS kind
       FROM main.sqlite_schema WHERE type IN ('table', 'view'))`,
  );
  return new Map(rows.map(([name, kind, sql]) => [foldName(name), { name, kind, sql }]));
}
