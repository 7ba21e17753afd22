import type { Column, OrdinaryTable } from './model.ts';
import { rowidAliasIn } from './rowid-alias.ts';

/**
 * Whether the column can hold NULL. A primary key column can, unless the table is STRICT or WITHOUT ROWID.
 * https://www.sqlite.org/lang_createtable.html#the_primary_key
 */
export function isNullable(table: OrdinaryTable, column: Column): boolean {
  if (column.notNull || column === rowidAliasIn(table)) return false;
  return column.primaryKeyPosition === null || !(table.strict || table.withoutRowid);
}
