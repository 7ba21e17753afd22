import type { IdempotentRequest, Replayable } from '../core/idempotency.ts';
import type { EngineStatistics } from './engine-statistics.ts';
import type { CreatedDatabase, NewDatabase } from './new-database.ts';
import type { ProjectBatches } from './project-batches.ts';
import type { ProjectExports } from './project-exports.ts';
import type { ProjectQueries } from './project-queries.ts';
import type { ProjectRecords } from './project-records.ts';
import type { ProjectTables } from './project-tables.ts';

/**
 * The port: what a project database can do, as asynchronous functions on plain data. A project is named by its slug,
 * already normalised. Every method rejects with a `RowhouseError` where a client can be told why: `unavailable` when the
 * database cannot be reached, `storage_full` when the disk has no room. Where a part of the input is at fault, that is a
 * `SubjectError` with the path to this part.
 */
export interface Engine {
  readonly tables: ProjectTables;
  readonly records: ProjectRecords;
  readonly batches: ProjectBatches;
  readonly queries: ProjectQueries;
  readonly exports: ProjectExports;

  /**
   * Makes a database with what it is to hold, all or nothing. What an unfinished earlier attempt left is replaced. Until
   * `keepDatabase` is called, the next start removes it again, unless there is such a project then. Rejects with `conflict`
   * where anything else lies in its place, and changes nothing of that.
   */
  createDatabase(project: string, content: NewDatabase): Promise<CreatedDatabase>;

  /** The project is there: its database stays. */
  keepDatabase(project: string): Promise<void>;

  /** Removes the database that `createDatabase` made, where no project came of it; what is a project's, or may be, stays. */
  discardDatabase(project: string): Promise<void>;

  /** Closes the database everywhere and removes every file of it. Removing what is not there is no error. */
  deleteDatabase(project: string): Promise<void>;

  /** How many bytes the database takes on its disk, with its log. */
  sizeOf(project: string): Promise<number>;

  /** How many tables and views of the user's the database holds. */
  countTables(project: string): Promise<number>;

  /**
   * One row of a table, or null where it has none. Of a table, not of a view, which may take for ever.
   * Rejects with `not_found`, and with `conflict` for a table whose module is not here.
   */
  readFirstRow(project: string, table: string): Promise<FirstRow>;

  /** A path on the database's own disk, where nothing is yet, for a file that `importDatabase` is to take. */
  newUpload(project: string): Promise<string>;

  /** Removes what was written to such a path. */
  discardUpload(uploadPath: string): Promise<void>;

  /**
   * Checks the database file at `uploadPath` and puts it in the place of the project's own; the file is gone from
   * `uploadPath` afterwards, whatever happened. Rejects with `validation_failed` when the file is no sound SQLite
   * database, and with `conflict` when the project has tables or views and `replace` is false; then the project is as it was.
   */
  importDatabase(
    project: string,
    uploadPath: string,
    options: ImportOptions,
  ): Promise<Replayable<ImportReport>>;

  statistics(): EngineStatistics;

  close(): Promise<void>;
}

export interface FirstRow {
  /** The name as it is stored; any case finds it. */
  readonly table: string;
  readonly row: Readonly<Record<string, RecordValue>> | null;
}

/**
 * A value as a client sees it: an integer beyond ±(2^53−1) as its digits, `Infinity` and `-Infinity` as these words, and a
 * BLOB as base64.
 */
export type RecordValue = string | number | null;

export interface ImportOptions {
  readonly replace: boolean;
  /** Null where the file is imported each time that it is sent. */
  readonly request: IdempotentRequest | null;
  /** Ends the check early; the import is then given up. */
  readonly signal: AbortSignal;
}

export interface ImportReport {
  /** Ordinary and virtual tables. */
  readonly tables: number;
  /** In ordinary tables. */
  readonly rows: number;
  readonly sizeBytes: number;
  readonly replaced: boolean;
  readonly warnings: readonly ImportWarning[];
}

export interface ImportWarning {
  readonly code:
    | 'table_without_primary_key'
    | 'foreign_key_violations'
    | 'check_violations'
    | 'reserved_names'
    | 'schema_not_portable';
  readonly message: string;
}
