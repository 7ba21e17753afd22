import type { IdempotentRequest, Replayable } from '../../../core/idempotency.ts';
import type { FirstRow, ImportReport, SampledTable } from '../../engine.ts';
import type { CreatedDatabase, NewDatabase } from '../../new-database.ts';
import type { WrittenExport } from '../../project-exports.ts';
import type {
  BoundedRecordReads,
  BoundedRecordWrites,
  PointMethods as PointRecordMethods,
  RecordTarget,
} from './record-methods.ts';
import type { Replacement } from './replacement.ts';
import type { TableReads, TableWrites } from './table-methods.ts';

/** The start data of a thread. */
export interface DatabaseThreadStart {
  readonly maxOpenDatabases: number;
}

/** The start data of a point thread. */
export interface PointThreadStart extends DatabaseThreadStart {
  /** The shared memory of `commitSizes`. */
  readonly commitSizes: SharedArrayBuffer;
}

type CloseDatabase = {
  readonly closeDatabase: { readonly input: { readonly path: string }; readonly output: void };
};

/** Short reads and writes. The slug of a project determines its point thread. */
export type PointMethods = PointRecordMethods & CloseDatabase;

/** Changes that may take long. A project has one at a time. */
export type WriterMethods = TableWrites &
  BoundedRecordWrites &
  CloseDatabase & {
    readonly createDatabase: {
      readonly input: { readonly path: string; readonly content: NewDatabase };
      readonly output: CreatedDatabase;
    };
    /** Returns the stored result of an earlier import with this key; null if there is none. */
    readonly findImport: {
      readonly input: { readonly path: string; readonly request: IdempotentRequest };
      readonly output: Replayable<ImportReport> | null;
    };
    /** Replaces a project's database, which no other thread has open, by an imported file. */
    readonly replaceDatabase: { readonly input: Replacement; readonly output: void };
  };

/** Reads that may take long, on read-only connections. */
export type ReaderMethods = TableReads &
  BoundedRecordReads &
  CloseDatabase & {
    readonly countTables: { readonly input: { readonly path: string }; readonly output: number };
    readonly contentVersion: { readonly input: { readonly path: string }; readonly output: string };
    readonly readFirstRow: {
      readonly input: { readonly path: string; readonly table: SampledTable };
      readonly output: FirstRow;
    };
    readonly exportedTables: { readonly input: RecordTarget; readonly output: readonly string[] | null };
    readonly writeSchema: {
      readonly input: { readonly path: string; readonly format: string; readonly outputPath: string };
      readonly output: WrittenExport;
    };
  };
