import { invalidInput, within } from '../../../core/subject-error.ts';
import type { ConflictRule } from '../../project-records.ts';
import { findColumn } from '../rows/find-column.ts';
import type { RecordColumn, RecordTable } from '../rows/record-table.ts';
import { UPSERT_PROBE } from '../rows/upsert-probe.ts';

/** @throws SubjectError `validation_failed`, also if no PRIMARY KEY or unique index has exactly these columns. */
export function conflictColumns(table: RecordTable, rule: ConflictRule): readonly RecordColumn[] {
  const columns = rule.columns.map((name, index) =>
    within(['columns', index], () => findColumn(table, name)),
  );
  const names = new Set(columns);
  const matches = table.uniqueKeys.some(
    (key) => key.length === names.size && key.every((column) => names.has(column)),
  );
  if (!matches) {
    throw invalidInput(
      ['columns'],
      'must be the columns of the primary key or of a UNIQUE constraint or index',
    );
  }
  return columns;
}

/** The parts of an upsert. */
export interface Upsert {
  readonly action: ConflictRule['action'];
  /** The columns on which another row may conflict. */
  readonly conflict: readonly RecordColumn[];
  /** At least one. */
  readonly written: readonly RecordColumn[];
  /** The columns of the conflicting row that `UpsertProbe` receives. */
  readonly place: readonly RecordColumn[];
}

/** https://www.sqlite.org/lang_upsert.html */
export function conflictClause({ action, conflict, written, place }: Upsert): string {
  const others = written.filter((column) => !conflict.includes(column));
  // A row with nothing new still counts as updated and is returned.
  const changed = others.length > 0 ? others : written;
  const changes = changed.map(({ quoted }) => `${quoted} = excluded.${quoted}`).join(', ');
  const change = action === 'update' ? '1' : '0';
  const witness = [change, ...place.map(({ quoted }) => quoted)].join(', ');
  const target = conflict.map(({ quoted }) => quoted).join(', ');
  return `ON CONFLICT (${target}) DO UPDATE SET ${changes} WHERE ${UPSERT_PROBE}(${witness})`;
}
