import type { FirstRow, WrittenExport } from '../engine.ts';
import type { TableReads, TableWrites } from './tables/table-operations.ts';

/** What the threads are started with. */
export interface DatabaseThreadStart {
  readonly maxOpenDatabases: number;
}

/** What a writer thread does. A project's writes all go to one writer, chosen by its slug. */
export type WriterOperations = TableWrites & {
  readonly createDatabase: {
    readonly input: { readonly path: string; readonly statements: readonly string[] };
    readonly output: void;
  };
  readonly settleDatabase: { readonly input: { readonly path: string }; readonly output: void };
};

/** What a reader thread does, on read-only connections. */
export type ReaderOperations = TableReads & {
  readonly countTables: { readonly input: { readonly path: string }; readonly output: number };
  readonly readFirstRow: {
    readonly input: { readonly path: string; readonly table: string };
    readonly output: FirstRow;
  };
  readonly exportSchema: {
    readonly input: { readonly path: string; readonly format: string; readonly outputPath: string };
    readonly output: WrittenExport;
  };
  readonly closeDatabase: { readonly input: { readonly path: string }; readonly output: void };
};
