import type {
  ColumnChange,
  ColumnEntry,
  IndexEntry,
  ListedTable,
  NewColumn,
  NewIndex,
  NewTable,
  TableChange,
  TableDetails,
  TableEntry,
} from '../../project-tables.ts';

/** What reader threads do for tables. Null where ids are missing, which only a writer can give. */
export type TableReads = {
  readonly listTables: {
    readonly input: { readonly path: string; readonly countRows: boolean };
    readonly output: readonly ListedTable[] | null;
  };
  readonly getTable: {
    readonly input: { readonly path: string; readonly table: string };
    readonly output: TableDetails | null;
  };
};

/** What a writer thread does for tables. */
export type TableWrites = {
  /** Gives ids to the tables and columns that another tool made, and forgets those that are gone. */
  readonly adoptTables: { readonly input: { readonly path: string }; readonly output: void };
  readonly createTable: {
    readonly input: { readonly path: string; readonly table: NewTable };
    readonly output: TableDetails;
  };
  readonly changeTable: {
    readonly input: { readonly path: string; readonly table: string; readonly change: TableChange };
    readonly output: TableEntry;
  };
  readonly dropTable: {
    readonly input: { readonly path: string; readonly table: string; readonly cascade: boolean };
    readonly output: string;
  };
  readonly addColumn: {
    readonly input: { readonly path: string; readonly table: string; readonly column: NewColumn };
    readonly output: ColumnEntry;
  };
  readonly changeColumns: {
    readonly input: {
      readonly path: string;
      readonly table: string;
      readonly changes: readonly ColumnChange[];
    };
    readonly output: readonly ColumnEntry[];
  };
  readonly dropColumn: {
    readonly input: { readonly path: string; readonly table: string; readonly column: string };
    readonly output: string;
  };
  readonly createIndex: {
    readonly input: { readonly path: string; readonly table: string; readonly index: NewIndex };
    readonly output: IndexEntry;
  };
  readonly dropIndex: {
    readonly input: { readonly path: string; readonly table: string; readonly index: string };
    readonly output: string;
  };
};
