import type { Column, OrdinaryTable } from '../model.ts';

/**
 * A primary key can hold NULL, a bug that SQLite keeps for old files' sake, but not in a STRICT or WITHOUT ROWID table.
 * https://www.sqlite.org/lang_createtable.html#the_primary_key
 */
export function isNullable(table: OrdinaryTable, column: Column): boolean {
  if (column.notNull || isRowid(table, column)) return false;
  return column.primaryKeyPosition === null || !(table.strict || table.withoutRowid);
}

/**
 * Whether the column is the rowid itself, which SQLite fills in: an INTEGER PRIMARY KEY. One written with DESC is not,
 * and that no PRAGMA tells; but then SQLite makes an index for the key. https://www.sqlite.org/lang_createtable.html#rowids_and_the_integer_primary_key
 */
export function isRowid(table: OrdinaryTable, column: Column): boolean {
  return (
    column.primaryKeyPosition !== null &&
    column.declaredType.toUpperCase() === 'INTEGER' &&
    table.primaryKey?.columns.length === 1 &&
    !table.withoutRowid &&
    table.indexes.every(({ origin }) => origin !== 'primary_key')
  );
}
