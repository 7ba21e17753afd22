import type { IdempotentRequest, Replayable } from '../../../core/idempotency.ts';
import type { FirstRow, ImportReport } from '../../engine.ts';
import type { CreatedDatabase, NewDatabase } from '../../new-database.ts';
import type { WrittenExport } from '../../project-exports.ts';
import type {
  BoundedRecordReads,
  BoundedRecordWrites,
  PointMethods as PointRecordMethods,
} from './record-methods.ts';
import type { Replacement } from './replacement.ts';
import type { TableReads, TableWrites } from './table-methods.ts';

/** What the threads are started with. */
export interface DatabaseThreadStart {
  readonly maxOpenDatabases: number;
}

/** What a point thread is started with. */
export interface PointThreadStart extends DatabaseThreadStart {
  /** Of `commitSizes`, where it counts. */
  readonly commitSizes: SharedArrayBuffer;
}

type CloseDatabase = {
  readonly closeDatabase: { readonly input: { readonly path: string }; readonly output: void };
};

/** What a point thread does: short reads and writes. Those of a project all go to one thread, chosen by its slug. */
export type PointMethods = PointRecordMethods & CloseDatabase;

/** What a writer thread does: changes that may take long. Of one project there is one at a time. */
export type WriterMethods = TableWrites &
  BoundedRecordWrites &
  CloseDatabase & {
    readonly createDatabase: {
      readonly input: { readonly path: string; readonly content: NewDatabase };
      readonly output: CreatedDatabase;
    };
    /** What an import gave that the request repeats; null where it repeats none. */
    readonly findImport: {
      readonly input: { readonly path: string; readonly request: IdempotentRequest };
      readonly output: Replayable<ImportReport> | null;
    };
    /** Puts an imported file in the place of a project's database, which no other thread has open. */
    readonly replaceDatabase: { readonly input: Replacement; readonly output: void };
  };

/** What a reader thread does, on read-only connections. */
export type ReaderMethods = TableReads &
  BoundedRecordReads &
  CloseDatabase & {
    readonly countTables: { readonly input: { readonly path: string }; readonly output: number };
    readonly contentVersion: { readonly input: { readonly path: string }; readonly output: string };
    readonly readFirstRow: {
      readonly input: { readonly path: string; readonly table: string };
      readonly output: FirstRow;
    };
    readonly writeSchema: {
      readonly input: { readonly path: string; readonly format: string; readonly outputPath: string };
      readonly output: WrittenExport;
    };
  };
