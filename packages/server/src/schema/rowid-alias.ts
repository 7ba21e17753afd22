/**
 * The column that is another name for the rowid, or null. An INTEGER PRIMARY KEY is the rowid itself and so has no
 * index; every other primary key has one. https://www.sqlite.org/lang_createtable.html#rowids_and_the_integer_primary_key
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

/** What the model and PRAGMA index_list call the index of a primary key. */
const KEY_ORIGINS: ReadonlySet<string> = new Set(['primary_key', 'pk']);
