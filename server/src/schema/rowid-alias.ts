import type { Column, OrdinaryTable } from './model.ts';

/**
 * The column that is another name for the rowid, or null. An INTEGER PRIMARY KEY is the rowid itself and so has no
 * index; every other primary key has one. https://www.sqlite.org/lang_createtable.html#rowids_and_the_integer_primary_key
 */
export function rowidAliasIn(table: OrdinaryTable): Column | null {
  if (table.indexes.some((index) => index.origin === 'primary_key')) return null;
  return table.columns.find((column) => column.primaryKeyPosition !== null) ?? null;
}
