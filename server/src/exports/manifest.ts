import { type Static, Type } from 'typebox';

import type { ExportRow } from '../catalog/tables.ts';

/** What a client sees of an export, everywhere it appears. The keys stand in the contract's order. */
export const exportManifest = Type.Object(
  {
    id: Type.String(),
    kind: Type.Literal('schema_export'),
    scope: Type.Literal('project'),
    project: Type.String(),
    table: Type.Null(),
    format: Type.String(),
    download_name: Type.String(),
    download_url: Type.String(),
    storage_backend: Type.Literal('local'),
    content_type: Type.String(),
    row_count: Type.Union([Type.Integer(), Type.Null()]),
    table_count: Type.Union([Type.Integer(), Type.Null()]),
    size_bytes: Type.Integer(),
    status: Type.Union([Type.Literal('ready'), Type.Literal('not_found')]),
    status_reason: Type.Union([Type.String(), Type.Null()]),
    missing_at: Type.Union([Type.String(), Type.Null()]),
    created_at: Type.String(),
    expires_at: Type.Union([Type.String(), Type.Null()]),
    sha256: Type.String(),
  },
  { title: 'ExportManifest' },
);

export type ExportManifest = Static<typeof exportManifest>;

export function toManifest(project: string, row: ExportRow): ExportManifest {
  return {
    id: row.id,
    kind: row.kind,
    scope: row.scope,
    project,
    table: null,
    format: row.format,
    download_name: row.download_name,
    download_url: `/projects/${project}/export/download/${row.id}`,
    storage_backend: row.storage_backend,
    content_type: row.content_type,
    row_count: row.row_count,
    table_count: row.table_count,
    size_bytes: row.size_bytes,
    status: row.missing_at === null ? 'ready' : 'not_found',
    status_reason: row.missing_at === null ? row.warning : 'The file is gone from storage.',
    missing_at: row.missing_at,
    created_at: row.created_at,
    expires_at: row.expires_at,
    sha256: row.sha256,
  };
}
