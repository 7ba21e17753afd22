/** A value that a statement takes or gives. Booleans are stored as 0 and 1. */
export type SqlValue = string | number | bigint | null | Uint8Array;

export interface StatementResult {
  readonly rows: readonly Readonly<Record<string, SqlValue>>[];
  /** Rows that the statement inserted, changed or deleted. */
  readonly changes: number;
}

/** What the catalog's thread does. */
export type CatalogMethods = {
  readonly execute: {
    readonly input: { readonly sql: string; readonly parameters: readonly SqlValue[] };
    readonly output: StatementResult;
  };
  /** Ends the transaction that is open, if SQLite has not ended it already, as it does when the disk is full. */
  readonly rollback: { readonly input: undefined; readonly output: void };
};

export interface CatalogThreadStart {
  readonly path: string;
}
