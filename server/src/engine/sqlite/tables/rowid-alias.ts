import type { TableIndex } from './table-indexes.ts';
import type { ColumnFacts } from './visible-columns.ts';

/**
 * An INTEGER PRIMARY KEY is the rowid itself and so has no index; every other primary key has one.
 * https://www.sqlite.org/lang_createtable.html#rowid
 */
export function rowidAliasOf(
  columns: readonly ColumnFacts[],
  indexes: readonly Pick<TableIndex, 'origin'>[],
): ColumnFacts | undefined {
  if (indexes.some(({ origin }) => origin === 'pk')) return undefined;
  return columns.find(({ primaryKeyPosition }) => primaryKeyPosition > 0);
}
