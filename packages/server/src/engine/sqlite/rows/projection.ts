import { within } from '../../../core/subject-error.ts';
import { foldName } from '../../../schema/identifier.ts';
import { findColumn } from './find-column.ts';
import type { RecordColumn, RecordTable } from './record-table.ts';

/**
 * The columns that a client requests, each once, in its order: as `id,name`, or as a list of names; all columns for null. A name may
 * contain a comma, so an existing column `a,b` is not read as a list.
 * @throws SubjectError `validation_failed`, about the names.
 */
export function projectionOf(
  table: RecordTable,
  requested: string | readonly string[] | null,
): readonly RecordColumn[] {
  if (requested === null) return table.columns;
  if (typeof requested !== 'string') {
    return [...new Set(requested.map((name, index) => within([index], () => findColumn(table, name))))];
  }
  const whole = table.columnByName.get(foldName(requested));
  if (whole !== undefined) return [whole];
  return [...new Set(requested.split(',').map((name) => findColumn(table, name)))];
}
