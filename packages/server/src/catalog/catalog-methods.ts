/** A parameter or result of a statement. Booleans are stored as 0 and 1. */
export type SqlValue = string | number | bigint | null | Uint8Array;

export interface StatementResult {
  readonly rows: readonly Readonly<Record<string, SqlValue>>[];
  /** Rows that the statement inserted, changed or deleted. */
  readonly changes: number;
}

/** The RPC methods of the catalog thread. */
export type CatalogMethods = {
  readonly execute: {
    readonly input: { readonly sql: string; readonly parameters: readonly SqlValue[] };
    readonly output: StatementResult;
  };
  /** Rolls back the open transaction, unless SQLite has already ended it, for example because the disk is full. */
  readonly rollback: { readonly input: undefined; readonly output: void };
};

export interface CatalogThreadStart {
  readonly path: string;
}
