import type { ExportRow, ProjectRow } from '../../../catalog/tables.ts';
import { RowhouseError } from '../../../core/errors.ts';
import type { ExportFileKey } from '../../../files/export-files.ts';

/** Returns the key of the export's file. */
export function keyOf({ project_slug }: ProjectRow, { id }: Pick<ExportRow, 'id'>): ExportFileKey {
  return { project: project_slug, exportId: id };
}

/** Returns what the file leaves out or cannot express. */
export function notesOf({ notes }: Pick<ExportRow, 'notes'>): string[] {
  return JSON.parse(notes) as string[];
}

export function isPast(time: string | null): boolean {
  return time !== null && Date.parse(time) <= Date.now();
}

export class CancelledExportError extends RowhouseError {
  constructor() {
    super('not_found', 'The export was deleted while it was running.');
  }
}
