import { invalidInput } from '../../../core/subject-error.ts';
import { foldName } from '../../../schema/identifier.ts';
import type { RecordColumn, RecordTable } from './record-table.ts';

/**
 * Finds a column by its name in any case, as SQLite does. The error lists the names, so that a client can correct its request.
 * @throws SubjectError `validation_failed`, about the name.
 */
export function findColumn(table: RecordTable, name: string): RecordColumn {
  const column = table.columnByName.get(foldName(name));
  if (column === undefined) throw invalidInput([], noSuchColumn(table));
  return column;
}

const NAMES_SHOWN = 50;

function noSuchColumn({ name, columns }: RecordTable): string {
  const names = columns.slice(0, NAMES_SHOWN).map((column) => column.name);
  const more = columns.length > NAMES_SHOWN ? ` and ${columns.length - NAMES_SHOWN} more` : '';
  return `is not a column of ${name}; its columns are ${names.join(', ')}${more}`;
}
