import type { ClientRow } from './project-records.ts';
import type { IndexEntry, ListedTable, NewIndex, NewTable } from './project-tables.ts';

/** What a database is to hold when it is made. */
export interface NewDatabase {
  /** SQL of the service's own, run first. */
  readonly statements?: readonly string[];
  readonly tables?: readonly SeededTable[];
  /** Made when every row is in. */
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

/** In the order in which they were asked for. */
export interface CreatedDatabase {
  readonly tables: readonly ListedTable[];
  readonly indexes: readonly { readonly table: string; readonly index: IndexEntry }[];
}
