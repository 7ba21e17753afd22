import { within } from '../../../core/subject-error.ts';
import { foldName } from '../../../schema/identifier.ts';
import { isQuoted, type ListedColumn, splitColumnList } from './column-list.ts';
import { findColumn } from './find-column.ts';
import type { RecordColumn, RecordTable } from './record-table.ts';

/**
 * The columns that a client requests, each once, in its order: as `id,"Last, First"`, or as a list of names; all columns for null. An
 * existing column `a,b` is not read as a list.
 * @throws SubjectError `validation_failed`, about the names.
 */
export function projectionOf(
  table: RecordTable,
  requested: string | readonly string[] | null,
): readonly RecordColumn[] {
  if (requested === null) return table.columns;
  if (typeof requested !== 'string') {
    return [...new Set(requested.map((name, index) => within([index], () => itemColumn(table, name))))];
  }
  const whole = isQuoted(requested) ? undefined : table.columnByName.get(foldName(requested));
  if (whole !== undefined) return [whole];
  return [...new Set(splitColumnList(requested).map((term) => listedColumn(table, term)))];
}

/** An item of a list is a name without quotes. A quoted name is accepted too, if no column has the quotes in its name. */
function itemColumn(table: RecordTable, name: string): RecordColumn {
  const whole = table.columnByName.get(foldName(name));
  if (whole !== undefined) return whole;
  const [term, ...others] = name.startsWith('"') ? splitColumnList(name) : [];
  return term === undefined || others.length > 0 ? findColumn(table, name) : listedColumn(table, term);
}

/** Only a sort order has directions, so a `-` before the quotes belongs to the name. */
function listedColumn(table: RecordTable, { text, quotedName, negated }: ListedColumn): RecordColumn {
  return findColumn(table, quotedName === null || negated ? text : quotedName);
}
