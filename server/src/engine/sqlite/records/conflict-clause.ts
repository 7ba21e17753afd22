import { invalidField } from '../../../errors.ts';
import type { ConflictRule } from '../../project-records.ts';
import { findColumn } from './find-column.ts';
import type { RecordColumn, RecordTable } from './record-table.ts';

const FIELD = 'body.on_conflict.columns';

/** @throws RowhouseError `validation_failed`, also where no PRIMARY KEY and no unique index has just these columns. */
export function conflictColumns(table: RecordTable, rule: ConflictRule): readonly RecordColumn[] {
  const columns = rule.columns.map((name, index) => findColumn(table, name, `${FIELD}[${index}]`));
  const names = new Set(columns);
  const matches = table.uniqueKeys.some(
    (key) => key.length === names.size && key.every((column) => names.has(column)),
  );
  if (!matches) {
    throw invalidField(
      FIELD,
      'must be the columns of the primary key, or those of a UNIQUE constraint or index',
    );
  }
  return columns;
}

/** https://www.sqlite.org/lang_upsert.html */
export function conflictClause(
  columns: readonly RecordColumn[],
  written: readonly RecordColumn[],
  action: ConflictRule['action'],
): string {
  const target = `ON CONFLICT (${columns.map(({ quoted }) => quoted).join(', ')})`;
  if (action === 'ignore') return `${target} DO NOTHING`;
  const others = written.filter((column) => !columns.includes(column));
  // A row that says nothing new is still one that was updated, and is returned.
  const changed = others.length > 0 ? others : columns;
  return `${target} DO UPDATE SET ${changed.map(({ quoted }) => `${quoted} = excluded.${quoted}`).join(', ')}`;
}
