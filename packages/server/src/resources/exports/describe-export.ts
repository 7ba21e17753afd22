import type { ProjectRow } from '../../catalog/tables.ts';
import { timestamp } from '../../core/ids.ts';
import { downloadName, fileStem } from './downloads/download-name.ts';
import { fileFormatOf } from './export-formats.ts';
import type { ExportRequest } from './export-request.ts';
import type { NewExport } from './store/export-repository.ts';

export interface NewExportRequest {
  readonly request: ExportRequest;
  /** What the file is to be called; else it is called after what it is of. */
  readonly fileName: string | undefined;
  /** How long it is kept; null for as long as the service keeps one. */
  readonly expiresInSeconds: number | null;
}

/** What the service says of every export. */
export interface ExportDefaults {
  readonly backend: NewExport['storage_backend'];
  /** The longest that a file is kept; null for ever. */
  readonly retentionSeconds: number | null;
}

/** What is known of an export before it is made. @throws RowhouseError for a name or a format that cannot be. */
export function describeExport(
  id: string,
  project: ProjectRow,
  { request, fileName, expiresInSeconds }: NewExportRequest,
  { backend, retentionSeconds }: ExportDefaults,
): Omit<NewExport, 'request'> {
  const { contentType, extension } = fileFormatOf(request);
  const now = Date.now();
  const keptSeconds = Math.min(expiresInSeconds ?? Infinity, retentionSeconds ?? Infinity);
  return {
    id,
    project_id: project.id,
    kind: request.kind,
    scope: request.kind === 'table_export' ? 'table' : 'project',
    table_name: request.kind === 'table_export' ? request.table.nameOrId : null,
    format: request.format,
    download_name: downloadName(fileName, defaultStem(project, request), extension),
    storage_backend: backend,
    content_type: contentType,
    created_at: timestamp(new Date(now)),
    expires_at: keptSeconds === Infinity ? null : timestamp(new Date(now + keptSeconds * 1_000)),
  };
}

function defaultStem({ project_slug }: ProjectRow, request: ExportRequest): string {
  switch (request.kind) {
    case 'schema_export':
      return `${project_slug}_schema_export`;
    case 'table_export':
      return fileStem(request.table.nameOrId);
    case 'database_export':
      return `${project_slug}_database_export`;
  }
}
