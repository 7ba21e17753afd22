import type { DatabaseSync } from 'node:sqlite';

import { readCreateVirtualTable } from '../../../../schema/ddl/create-virtual-table.ts';
import { DdlSyntaxError } from '../../../../schema/ddl/statement-reader.ts';
import { foldName } from '../../../../schema/identifier.ts';
import type { StoredObject, StoredSchema } from '../../../../schema/model.ts';
import { queryRows } from '../../introspection/query-rows.ts';

/**
 * The virtual tables whose module this build of SQLite lacks. Their statements load only where the module exists.
 * https://www.sqlite.org/pragma.html#pragma_module_list
 */
export function findMissingModules(database: DatabaseSync, schema: StoredSchema): readonly StoredObject[] {
  const virtualTables = schema.tables.filter((table) => table.kind === 'virtual');
  if (virtualTables.length === 0) return [];
  const rows = queryRows<[string]>(database, 'SELECT name FROM pragma_module_list');
  const modules = new Set(rows.map(([name]) => foldName(name)));
  return virtualTables.filter((table) => !modules.has(moduleOf(table)));
}

/** The folded name of the module; empty if SQLite cannot read the stored text. */
export function moduleOf(table: StoredObject): string {
  try {
    return foldName(readCreateVirtualTable(table.sql).module);
  } catch (error) {
    if (!(error instanceof DdlSyntaxError)) throw error;
    return '';
  }
}
