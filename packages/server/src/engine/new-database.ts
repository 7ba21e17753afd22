import type { ClientRow } from './project-records.ts';
import type { IndexEntry, ListedTable, NewIndex, NewTable } from './project-tables.ts';

/** The initial content of a database. */
export interface NewDatabase {
  /** SQL statements of the service, run first. */
  readonly statements?: readonly string[];
  readonly tables?: readonly SeededTable[];
  /** Created after the rows are inserted. */
  readonly indexes?: readonly IndexOfTable[];
}

export interface SeededTable {
  readonly table: NewTable;
  readonly rows: readonly ClientRow[];
}

export interface IndexOfTable {
  readonly table: string;
  readonly index: NewIndex;
}

/** In the requested order. */
export interface CreatedDatabase {
  readonly tables: readonly ListedTable[];
  readonly indexes: readonly { readonly table: string; readonly index: IndexEntry }[];
}
