import type { ProjectRow } from '../../catalog/tables.ts';
import { timestamp } from '../../core/ids.ts';
import { downloadName, fileStem } from './downloads/download-name.ts';
import { fileFormatOf } from './export-formats.ts';
import type { ExportRequest } from './export-request.ts';
import type { NewExport } from './store/export-repository.ts';

export interface NewExportRequest {
  readonly request: ExportRequest;
  /** The requested name of the file; by default, it is named after the exported object. */
  readonly fileName: string | undefined;
  /** How long the file is kept; null for the service's retention time. */
  readonly expiresInSeconds: number | null;
}

/** The service's settings for every export. */
export interface ExportDefaults {
  readonly backend: NewExport['storage_backend'];
  /** The maximum time that a file is kept; null for no limit. */
  readonly retentionSeconds: number | null;
}

/** Returns the facts about an export that are known before it runs. @throws RowhouseError for an invalid name or format. */
export function describeExport(
  id: string,
  project: ProjectRow,
  { request, fileName, expiresInSeconds }: NewExportRequest,
  { backend, retentionSeconds }: ExportDefaults,
): Omit<NewExport, 'request' | 'reads'> {
  const { contentType, extension } = fileFormatOf(request);
  const now = Date.now();
  const keptSeconds = Math.min(expiresInSeconds ?? Infinity, retentionSeconds ?? Infinity);
  return {
    id,
    project_id: project.id,
    kind: request.kind,
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
