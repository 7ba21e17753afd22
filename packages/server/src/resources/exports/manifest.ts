import { type Static, Type } from 'typebox';

import type { ExportRow } from '../../catalog/tables.ts';
import type { SeenExport } from './exports.ts';
import { notesOf } from './store/export-facts.ts';

const orNull = {
  text: Type.Union([Type.String(), Type.Null()]),
  count: Type.Union([Type.Integer(), Type.Null()]),
};

/** The progress of a running export. */
const progress = Type.Object(
  { done: Type.Integer(), total: orNull.count, unit: Type.Enum(['rows', 'bytes']) },
  { title: 'ExportProgress' },
);

/** The manifest of an export in every answer, in the contract's order, followed by our keys. */
export const exportManifest = Type.Object(
  {
    id: Type.String(),
    kind: Type.Enum(['schema_export', 'table_export', 'database_export']),
    scope: Type.Literal('project'),
    project: Type.String(),
    table: orNull.text,
    format: Type.String(),
    download_name: Type.String(),
    download_url: Type.String(),
    storage_backend: Type.Literal('local'),
    content_type: Type.String(),
    row_count: orNull.count,
    table_count: orNull.count,
    size_bytes: orNull.count,
    status: Type.Enum(['pending', 'running', 'ready', 'not_found', 'failed', 'expired']),
    status_reason: orNull.text,
    missing_at: orNull.text,
    created_at: Type.String(),
    expires_at: orNull.text,
    sha256: orNull.text,
    download_count: Type.Integer(),
    progress: Type.Union([progress, Type.Null()]),
    notes: Type.Array(Type.String()),
  },
  { title: 'ExportManifest' },
);

export type ExportManifest = Static<typeof exportManifest>;

export function toManifest(project: string, { row, progress: reached }: SeenExport): ExportManifest {
  const isMissing = row.status === 'ready' && row.missing_at !== null;
  return {
    id: row.id,
    kind: row.kind,
    scope: 'project',
    project,
    table: row.table_name,
    format: row.format,
    download_name: row.download_name,
    download_url: `/projects/${project}/export/download/${row.id}`,
    storage_backend: row.storage_backend,
    content_type: row.content_type,
    row_count: row.row_count,
    table_count: row.table_count,
    size_bytes: row.size_bytes,
    status: isMissing ? 'not_found' : row.status,
    status_reason: isMissing ? 'The file is missing from storage.' : row.status_reason,
    missing_at: row.missing_at,
    created_at: row.created_at,
    expires_at: row.expires_at,
    sha256: row.sha256,
    download_count: row.download_count,
    progress: isInProgress(row) ? reached : null,
    notes: notesOf(row),
  };
}

function isInProgress({ status }: ExportRow): boolean {
  return status === 'pending' || status === 'running';
}
