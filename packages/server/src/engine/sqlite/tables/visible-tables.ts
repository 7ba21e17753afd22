import type { DatabaseSync } from 'node:sqlite';

import { compareNames } from '../../../schema/identifier.ts';
import type { StoredTable } from '../../../schema/model.ts';
import { readStoredSchema } from '../introspection/read-stored-schema.ts';

/** The tables that clients see, ordinary and virtual, sorted by name. */
export function visibleTables(database: DatabaseSync): readonly StoredTable[] {
  const { tables } = readStoredSchema(database, new Map());
  return tables.toSorted((a, b) => compareNames(a.name, b.name));
}
