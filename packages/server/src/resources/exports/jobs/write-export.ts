import type { Engine } from '../../../engine/engine.ts';
import type { ExportRun } from '../../../engine/project-exports.ts';
import { withFields } from '../../../http/subject-fields.ts';
import { exportFields } from '../export-request-fields.ts';
import type { ExportRequest } from '../export-request.ts';

/** What is known of an export when its file has been written. */
export interface MadeExport {
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly warnings: readonly string[];
  /** As the table is stored. */
  readonly tableName: string | null;
  readonly rowCount: number | null;
  readonly tableCount: number | null;
  /** Whether the same request gives the same file while the database is unchanged. */
  readonly repeatable: boolean;
}

/** Has the engine write the file that a request asks for. */
export async function makeExport(
  engine: Pick<Engine, 'exports'>,
  project: string,
  request: ExportRequest,
  { outputPath, run }: { readonly outputPath: string; readonly run: ExportRun },
): Promise<MadeExport> {
  const nothing = { tableName: null, rowCount: null, tableCount: null, repeatable: true };
  switch (request.kind) {
    case 'schema_export': {
      run.onStart();
      return { ...nothing, ...(await engine.exports.writeSchema(project, request.format, outputPath)) };
    }
    case 'table_export': {
      const writing = engine.exports.writeTable(project, request, outputPath, run);
      const { table, ...written } = await withFields(writing, exportFields(request));
      return { ...nothing, ...written, tableName: table };
    }
    case 'database_export': {
      const writing = engine.exports.writeDatabase(project, request, outputPath, run);
      return { ...nothing, ...(await withFields(writing, exportFields(request))) };
    }
  }
}
