/**
 * The column that is an alias of the rowid, or null. An INTEGER PRIMARY KEY is the rowid and has no index; every other primary key has
 * one. https://www.sqlite.org/lang_createtable.html#rowids_and_the_integer_primary_key
 */
export function rowidAliasIn<Column extends { readonly primaryKeyPosition: number | null }>({
  columns,
  indexes,
}: {
  readonly columns: readonly Column[];
  readonly indexes: readonly { readonly origin: string }[];
}): Column | null {
  if (indexes.some(({ origin }) => KEY_ORIGINS.has(origin))) return null;
  return columns.find((column) => column.primaryKeyPosition !== null) ?? null;
}

/** The origin of a primary key's index in the model and in PRAGMA index_list. */
const KEY_ORIGINS: ReadonlySet<string> = new Set(['primary_key', 'pk']);
