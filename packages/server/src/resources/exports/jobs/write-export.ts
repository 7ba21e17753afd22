import type { ProjectRef } from '../../../core/project-ref.ts';
import type { Engine } from '../../../engine/engine.ts';
import type { ExportRun } from '../../../engine/project-exports.ts';
import { withFields } from '../../../http/subject-fields.ts';
import { exportFields } from '../export-request-fields.ts';
import type { ExportRequest } from '../export-request.ts';

/** The facts about an export whose file has been written. */
export interface MadeExport {
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly warnings: readonly string[];
  /** The stored name of the table. */
  readonly tableName: string | null;
  /** The tables and views whose rows a table export contains; null if unknown, and for other exports. */
  readonly reads: readonly string[] | null;
  readonly rowCount: number | null;
  readonly tableCount: number | null;
  /** Whether equal requests give equal files while the database is unchanged. */
  readonly repeatable: boolean;
}

/** Lets the engine write the file of a request. */
export async function makeExport(
  engine: Pick<Engine, 'exports'>,
  project: ProjectRef,
  request: ExportRequest,
  { exportId, run }: { readonly exportId: string; readonly run: ExportRun },
): Promise<MadeExport> {
  const nothing = { tableName: null, reads: null, rowCount: null, tableCount: null, repeatable: true };
  switch (request.kind) {
    case 'schema_export': {
      run.onStart();
      return { ...nothing, ...(await engine.exports.writeSchema(project, request.format, exportId)) };
    }
    case 'table_export': {
      const writing = engine.exports.writeTable(project, request, exportId, run);
      const { table, ...written } = await withFields(writing, exportFields(request));
      return { ...nothing, ...written, tableName: table };
    }
    case 'database_export': {
      const writing = engine.exports.writeDatabase(project, request, exportId, run);
      return { ...nothing, ...(await withFields(writing, exportFields(request))) };
    }
  }
}
