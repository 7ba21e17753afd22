import { invalidInput, within } from '../../../core/subject-error.ts';
import { foldName } from '../../../schema/identifier.ts';
import type { ClientRow } from '../../project-records.ts';
import { findColumn } from '../rows/find-column.ts';
import type { RecordColumn, RecordTable } from '../rows/record-table.ts';
import { bindValue } from '../values/bind-value.ts';
import type { SqliteValue } from '../values/record-value.ts';

/** The columns of a client's row, in its order, and the values to bind. */
export interface WritableValues {
  readonly columns: readonly RecordColumn[];
  readonly values: readonly SqliteValue[];
}

/** @throws SubjectError `validation_failed`, about a value of the row. */
export function writableValues(table: RecordTable, row: ClientRow): WritableValues {
  const columns: RecordColumn[] = [];
  const values: SqliteValue[] = [];
  for (const [name, value] of Object.entries(row)) {
    within([name], () => {
      const column = findColumn(table, name);
      if (column.generated) throw invalidInput([], 'is a generated column and cannot be written');
      if (columns.includes(column)) throw invalidInput([], 'is given twice, in different case');
      columns.push(column);
      values.push(bindValue(value, column.kind));
    });
  }
  return { columns, values };
}

/** Whether foreign keys of other rows reference one of these columns. */
export function touchesReferences(table: RecordTable, columns: readonly RecordColumn[]): boolean {
  return columns.some(({ name }) => table.referencedColumns.has(foldName(name)));
}
