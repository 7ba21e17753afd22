import type { Readable } from 'node:stream';

import type { IdempotentRequest, Replayable } from '../core/idempotency.ts';
import type { ProjectRef } from '../core/project-ref.ts';
import type { ValueFormat } from '../core/tagged-value.ts';
import type { EngineStatistics } from './engine-statistics.ts';
import type { CreatedDatabase, NewDatabase } from './new-database.ts';
import type { ProjectBatches } from './project-batches.ts';
import type { ProjectExports } from './project-exports.ts';
import type { ProjectQueries } from './project-queries.ts';
import type { ProjectRecords } from './project-records.ts';
import type { ProjectTables } from './project-tables.ts';

/**
 * The port of the databases: asynchronous functions on plain data. Every method rejects with a `RowhouseError` that clients
 * may see: `not_found` for a project that was deleted, `unavailable` if the database cannot be opened, `storage_full` if the
 * disk is full. If a part of the input is wrong, the error is a `SubjectError` with the path to that part.
 */
export interface Engine {
  readonly tables: ProjectTables;
  readonly records: ProjectRecords;
  readonly batches: ProjectBatches;
  readonly queries: ProjectQueries;
  readonly exports: ProjectExports;

  /**
   * Creates a database with this content, or nothing. Replaces what an unfinished earlier attempt left. Until `confirmDatabase`
   * is called, the next start removes the database again, unless the project exists then. Rejects with `conflict` if the folder
   * holds anything else, and leaves that unchanged.
   */
  createDatabase(slug: string, content: NewDatabase): Promise<CreatedDatabase>;

  /** Records that the project of a created database exists. */
  confirmDatabase(slug: string): Promise<void>;

  /** Removes a created database whose project does not exist. Any other database is unchanged. */
  discardDatabase(slug: string): Promise<void>;

  /** Closes the database and removes its files. A missing database is not an error. */
  deleteDatabase(project: ProjectRef): Promise<void>;

  /** Returns the size of the database on its disk in bytes, with its write-ahead log. */
  sizeOf(project: ProjectRef): Promise<number>;

  /** Returns the number of tables and views that the user created. */
  countTables(project: ProjectRef): Promise<number>;

  /**
   * Returns the first row of a table. Views are not accepted, because reading one may not end.
   * Rejects with `not_found`, with `permission_denied` for a table that the client may not use, and with `conflict` for a table whose
   * module is missing.
   */
  readFirstRow(project: ProjectRef, table: SampledTable): Promise<FirstRow>;

  /** Stores a database file for `importDatabase`. A failed upload leaves nothing. */
  upload(project: ProjectRef, content: Readable, signal: AbortSignal): Promise<Upload>;

  /**
   * Checks an uploaded database file and puts it in the place of the project's own. The upload is removed in every case.
   * Rejects with `validation_failed` if the file is not a valid SQLite database, and with `conflict` if the project has tables
   * or views and `replace` is false; then the project is unchanged.
   */
  importDatabase(
    project: ProjectRef,
    upload: Upload,
    options: ImportOptions,
  ): Promise<Replayable<ImportReport>>;

  statistics(): EngineStatistics;

  close(): Promise<void>;
}

/** A stored database file that was uploaded for a project. */
export interface Upload {
  readonly id: string;
}

/** A table whose first row is read, as a client addresses it. */
export interface SampledTable {
  /** In any case. */
  readonly name: string;
  /** The names of the tables that the client is limited to; null for all. */
  readonly allowed: readonly string[] | null;
  readonly valueFormat: ValueFormat;
}

export interface FirstRow {
  /** As stored. */
  readonly table: string;
  /** A JSON object; null for an empty table. */
  readonly rowJson: string | null;
}

export interface ImportOptions {
  readonly replace: boolean;
  /** Null for a request without an idempotency key. */
  readonly request: IdempotentRequest | null;
  /** Cancels the import until the database is replaced. */
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
    | 'schema_not_portable'
    | 'unchecked_objects'
    | 'unusable_objects'
    | 'write_ahead_log';
  readonly message: string;
}
