import type { ExportRow } from '../../../catalog/tables.ts';
import { RowhouseError } from '../../../core/errors.ts';

/** An export whose file can be downloaded. */
export type ReadyExport = ExportRow & { readonly size_bytes: number; readonly sha256: string };

/** @throws RowhouseError `export_not_ready`, `export_failed`, `export_expired` or `export_file_missing`. */
export function requireReady(row: ExportRow): ReadyExport {
  switch (row.status) {
    case 'pending':
    case 'running':
      throw new RowhouseError('export_not_ready', 'The export is not finished yet.');
    case 'failed':
      throw new RowhouseError('export_failed', `The export failed: ${row.status_reason ?? ''}`);
    case 'expired':
      throw new RowhouseError('export_expired', 'The export has expired and its file was removed.');
    case 'ready':
      break;
  }
  if (row.missing_at !== null) throw exportFileMissing();
  if (row.size_bytes === null || row.sha256 === null)
    throw new Error('a ready export has a size and a checksum');
  return { ...row, size_bytes: row.size_bytes, sha256: row.sha256 };
}

export function exportFileMissing(): RowhouseError {
  return new RowhouseError('export_file_missing', 'The export’s file is missing from storage.');
}
