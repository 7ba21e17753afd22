import { invalidInput, within } from '../../../core/subject-error.ts';
import type { ConflictRule } from '../../project-records.ts';
import { findColumn } from '../rows/find-column.ts';
import type { RecordColumn, RecordTable, UniqueKey } from '../rows/record-table.ts';
import { UPSERT_PROBE } from '../rows/upsert-probe.ts';
import { locatorColumns } from './keys/row-locator.ts';

/**
 * Returns the unique key of an upsert.
 * @throws SubjectError `validation_failed`, also if no PRIMARY KEY or unique index has exactly these columns.
 */
export function conflictKey(table: RecordTable, rule: ConflictRule): UniqueKey {
  const columns = rule.columns.map((name, index) =>
    within(['columns', index], () => findColumn(table, name)),
  );
  const names = new Set(columns);
  const keys = table.uniqueKeys.filter((each) => {
    return each.columns.length === names.size && each.columns.every((column) => names.has(column));
  });
  // ON CONFLICT takes the first of several indexes in SQLite's order, whatever their collations. A key without an index is the rowid.
  const key = keys.find(({ collations }) => collations !== null) ?? keys[0];
  if (key !== undefined) return key;
  throw invalidInput(
    ['columns'],
    'must be the columns of the primary key or of a UNIQUE constraint or index',
  );
}

/** Returns the columns that an upsert changes in an existing row. A row with nothing new still counts as updated. */
export function changedColumns(
  written: readonly RecordColumn[],
  conflict: readonly RecordColumn[],
): readonly RecordColumn[] {
  const others = written.filter((column) => !conflict.includes(column));
  return others.length > 0 ? others : written;
}

/** The parts of an upsert. */
export interface Upsert {
  readonly action: ConflictRule['action'];
  /** The columns on which another row may conflict. */
  readonly conflict: readonly RecordColumn[];
  /** At least one. */
  readonly written: readonly RecordColumn[];
  /** The columns of the conflicting row that `UpsertProbe` receives. */
  readonly locator: readonly RecordColumn[];
}

/** https://www.sqlite.org/lang_upsert.html */
export function conflictClause({ action, conflict, written, locator }: Upsert): string {
  const changes = changedColumns(written, conflict)
    .map(({ quoted }) => `${quoted} = excluded.${quoted}`)
    .join(', ');
  const change = action === 'update' ? '1' : '0';
  const probed = `${change}, ${locatorColumns(locator)}`;
  const target = conflict.map(({ quoted }) => quoted).join(', ');
  return `ON CONFLICT (${target}) DO UPDATE SET ${changes} WHERE ${UPSERT_PROBE}(${probed})`;
}
