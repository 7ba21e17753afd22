import type { ProjectRef } from '../core/project-ref.ts';
import type { ValueFormat } from '../core/tagged-value.ts';
import type { RecordFilter, TableReference } from './project-records.ts';

/**
 * The port for exports. Each is written to the draft of the export `exportId` (see `ExportDrafts`), from one snapshot, while
 * reads and writes continue. When the promise resolves, the file is complete, but maybe not yet synced. When it rejects, an
 * incomplete file may exist.
 *
 * Every method rejects with `not_found` for a missing table, `permission_denied` for a table that the client may not use,
 * `validation_failed` for an option that does not fit the tables, `conflict` for a table that cannot be read, and
 * `query_timeout` after the time limit.
 */
export interface ProjectExports {
  /**
   * Returns the tables and views whose rows an export of this table or view contains, as in `WrittenTableExport`. It is called for a limited
   * client before its export is queued, and rejects with the errors that the export would have.
   */
  exportedTables(project: ProjectRef, table: TableReference): Promise<readonly string[] | null>;

  writeSchema(project: ProjectRef, format: string, exportId: string): Promise<WrittenExport>;

  writeTable(
    project: ProjectRef,
    request: TableExportRequest,
    exportId: string,
    run: ExportRun,
  ): Promise<WrittenTableExport>;

  writeDatabase(
    project: ProjectRef,
    request: DatabaseExportRequest,
    exportId: string,
    run: ExportRun,
  ): Promise<WrittenDatabaseExport>;

  /**
   * Returns an opaque text that changes with every change of the database; null if it is currently unknown. It may also change
   * without one.
   */
  contentVersion(project: ProjectRef): Promise<string | null>;
}

/** How an export is observed and cancelled. */
export interface ExportRun {
  /** Cancels the export; the promise rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /** Called when the export starts; until then it waits for others. */
  readonly onStart: () => void;
  /** Called from time to time; null saves the counting. */
  readonly onProgress: ((progress: ExportProgress) => void) | null;
}

export interface ExportProgress {
  readonly done: number;
  /** Null if unknown. */
  readonly total: number | null;
  readonly unit: 'rows' | 'bytes';
}

/** Which rows and columns of a table, and in which order. */
export interface RowSelection {
  /** As sent by the client: `id,name`, or an array of names; null for all. */
  readonly columns: string | readonly string[] | null;
  readonly filters: readonly RecordFilter[];
  /** As sent by the client; null for the order of the key. */
  readonly sort: string | null;
  readonly descending: boolean;
  /** Null for no limit. */
  readonly limit: number | null;
  readonly offset: number;
}

export interface CsvOptions {
  /** One character. */
  readonly delimiter: string;
  /** Whether to start with a byte order mark, from which spreadsheets detect UTF-8. */
  readonly bom: boolean;
  /** Whether to put a `'` before texts that a spreadsheet would run as a formula. */
  readonly spreadsheetSafe: boolean;
}

export type TableFormat = 'csv' | 'json' | 'ndjson';

export interface TableExportRequest {
  readonly table: TableReference;
  readonly format: TableFormat;
  readonly rows: RowSelection;
  readonly csv: CsvOptions;
}

export type DatabaseFormat = 'zip' | 'zip-csv' | 'json' | 'sql' | 'sqlite';

export interface DatabaseExportRequest {
  readonly format: DatabaseFormat;
  /** The name of the database inside the file. */
  readonly databaseName: string;
  /** The tables to export, by name in any case; null for all. */
  readonly include: readonly string[] | null;
  /** The tables to leave out. */
  readonly exclude: readonly string[];
  /** The form of values in a JSON file. */
  readonly valueFormat: ValueFormat;
  /** By the name of the table, in any case. Every row of the other tables is exported. */
  readonly rows: Readonly<Record<string, RowSelection>>;
}

export interface WrittenExport {
  readonly sizeBytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  /** What the file cannot express or leaves out: sentences without their full stop. */
  readonly warnings: readonly string[];
}

export interface WrittenTableExport extends WrittenExport {
  /** As stored. */
  readonly table: string;
  /**
   * The tables and views whose rows the file may contain, by folded name: the table, or a view and all that it reads. Null if a view reads
   * something else, such as `sqlite_schema`.
   */
  readonly reads: readonly string[] | null;
  readonly rowCount: number;
  /** Whether the same request gives the same file while the database is unchanged. A view may depend on the time. */
  readonly repeatable: boolean;
}

export interface WrittenDatabaseExport extends WrittenExport {
  readonly tableCount: number;
  readonly rowCount: number;
}
