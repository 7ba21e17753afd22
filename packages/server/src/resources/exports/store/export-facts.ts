import type { ExportRow, ProjectRow } from '../../../catalog/tables.ts';
import { RowhouseError } from '../../../core/errors.ts';
import type { ExportFileKey } from '../../../files/export-files.ts';
import { includesName } from '../../../schema/identifier.ts';

/** Returns the key of the export's file. */
export function keyOf({ project_slug }: ProjectRow, { id }: Pick<ExportRow, 'id'>): ExportFileKey {
  return { project: project_slug, exportId: id };
}

/** Returns what the file leaves out or cannot express. */
export function notesOf({ notes }: Pick<ExportRow, 'notes'>): string[] {
  return JSON.parse(notes) as string[];
}

/** Serializes the tables and views whose rows a table export contains; null if they are unknown. */
export function readsText(reads: readonly string[] | null): string | null {
  return reads === null ? null : JSON.stringify(reads);
}

/** Returns whether a client that is limited to these tables may see a table export. */
export function readsOnly({ reads }: Pick<ExportRow, 'reads'>, tables: readonly string[]): boolean {
  if (reads === null) return false;
  return (JSON.parse(reads) as readonly string[]).every((table) => includesName(tables, table));
}

export function isPast(time: string | null): boolean {
  return time !== null && Date.parse(time) <= Date.now();
}

export class CancelledExportError extends RowhouseError {
  constructor() {
    super('not_found', 'The export was deleted while it was running.');
  }
}
