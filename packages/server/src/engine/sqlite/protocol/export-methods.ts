import type {
  DatabaseExportRequest,
  TableExportRequest,
  WrittenDatabaseExport,
  WrittenTableExport,
} from '../../project-exports.ts';

/** The input of an export process besides the client's request. */
export interface ExportTask {
  /** The path of the project's database. */
  readonly path: string;
  /** The path of the new file. */
  readonly outputPath: string;
  readonly maxBytes: number;
  /** Whether a client can see the progress, so the rows are counted first. */
  readonly counting: boolean;
}

/** Operations of an export process, which sends an `ExportProgress` from time to time. */
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
