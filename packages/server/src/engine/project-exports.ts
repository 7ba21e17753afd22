import type { RecordFilter, TableReference } from './project-records.ts';

/**
 * The port, as far as exports are concerned. Each is written to `outputPath`, a new file, from one snapshot that is taken while
 * reads and writes go on, and is whole when the promise resolves, though maybe not on its disk yet; where it rejects, the file is of no
 * use, and may be there.
 *
 * Every method rejects with `not_found` where a table is not there, with `permission_denied` for one that the client may not use,
 * with `validation_failed` for what the tables cannot have, with `conflict` for what cannot be read, and with `query_timeout`
 * where it takes too long.
 */
export interface ProjectExports {
  writeSchema(project: string, format: string, outputPath: string): Promise<WrittenExport>;

  writeTable(
    project: string,
    request: TableExportRequest,
    outputPath: string,
    run: ExportRun,
  ): Promise<WrittenTableExport>;

  writeDatabase(
    project: string,
    request: DatabaseExportRequest,
    outputPath: string,
    run: ExportRun,
  ): Promise<WrittenDatabaseExport>;

  /**
   * What changes when the database does, and else does not, as an opaque text; null where that cannot be told right now. It may change
   * without a change of what is stored.
   */
  contentVersion(project: string): Promise<string | null>;
}

/** How the making of a file is watched and ended. */
export interface ExportRun {
  /** Ends it; the promise rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /** Told when it is its turn: until then it waits for others. */
  readonly onStart: () => void;
  /** Told now and then; null where nobody asks, which saves the counting. */
  readonly onProgress: ((progress: ExportProgress) => void) | null;
}

export interface ExportProgress {
  readonly done: number;
  /** Null where it is not known beforehand. */
  readonly total: number | null;
  readonly unit: 'rows' | 'bytes';
}

/** Which rows of a table, and what of them, in which order. */
export interface RowSelection {
  /** As the client wrote it: `id,name`, or the names one by one; null for all. */
  readonly columns: string | readonly string[] | null;
  readonly filters: readonly RecordFilter[];
  /** As the client wrote it; null for the order of the key. */
  readonly sort: string | null;
  readonly descending: boolean;
  /** Null for no limit. */
  readonly limit: number | null;
  readonly offset: number;
}

export interface CsvOptions {
  /** One character. */
  readonly delimiter: string;
  /** Whether a byte order mark comes first, by which spreadsheets know UTF-8. */
  readonly bom: boolean;
  /** Whether texts that a spreadsheet would run as a formula get a `'` before them. */
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
  /** The name that the file gives the database. */
  readonly databaseName: string;
  /** Only these tables, by name in any case; null for every one. */
  readonly include: readonly string[] | null;
  /** Not these. */
  readonly exclude: readonly string[];
  /** By the name of a table, in any case; of the others every row is taken. */
  readonly rows: Readonly<Record<string, RowSelection>>;
}

export interface WrittenExport {
  readonly sizeBytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  /** What a reader of the file should know, in plain sentences without their full stop. */
  readonly warnings: readonly string[];
}

export interface WrittenTableExport extends WrittenExport {
  /** As it is stored. */
  readonly table: string;
  readonly rowCount: number;
  /**
   * Whether the same request gives the same file for as long as the database is unchanged: a view may ask for the time.
   */
  readonly repeatable: boolean;
}

export interface WrittenDatabaseExport extends WrittenExport {
  readonly tableCount: number;
  readonly rowCount: number;
}
