import type {
  DatabaseExportRequest,
  TableExportRequest,
  WrittenDatabaseExport,
  WrittenTableExport,
} from '../../project-exports.ts';

/** What an export process is told beside what a client asks for. */
export interface ExportTask {
  /** Of the project's database. */
  readonly path: string;
  /** A new file. */
  readonly outputPath: string;
  readonly maxBytes: number;
  /** Whether somebody looks at the progress, which is worth counting the rows first. */
  readonly counting: boolean;
}

/** What an export process does. It sends an `ExportProgress` now and then. */
export type ExportMethods = {
  readonly writeTable: {
    readonly input: ExportTask & { readonly request: TableExportRequest };
    readonly output: WrittenTableExport;
  };
  readonly writeDatabase: {
    readonly input: ExportTask & { readonly request: DatabaseExportRequest };
    readonly output: WrittenDatabaseExport;
  };
};
