import { invalidField } from '../../../core/errors.ts';
import { foldName } from '../../../schema/identifier.ts';
import type { ClientRow } from '../../project-records.ts';
import { findColumn } from '../rows/find-column.ts';
import type { RecordColumn, RecordTable } from '../rows/record-table.ts';
import { bindValue } from '../values/bind-value.ts';
import type { SqliteValue } from '../values/record-value.ts';

/** The columns that a client's row names, in its order, and the value to bind for each. */
export interface WritableValues {
  readonly columns: readonly RecordColumn[];
  readonly values: readonly SqliteValue[];
}

/**
 * @param field where the request has the row.
 * @throws RowhouseError `validation_failed`.
 */
export function writableValues(table: RecordTable, row: ClientRow, field: string): WritableValues {
  const columns: RecordColumn[] = [];
  const values: SqliteValue[] = [];
  for (const [name, value] of Object.entries(row)) {
    const column = findColumn(table, name, `${field}.${name}`);
    if (column.generated)
      throw invalidField(`${field}.${name}`, 'is a generated column and cannot be written');
    if (columns.includes(column)) throw invalidField(`${field}.${name}`, 'is given twice, in different case');
    columns.push(column);
    values.push(bindValue(value, column.kind, `${field}.${name}`));
  }
  return { columns, values };
}

/** Whether one of these columns is referred to by foreign keys of other rows. */
export function touchesReferences(table: RecordTable, columns: readonly RecordColumn[]): boolean {
  return columns.some(({ name }) => table.referencedColumns.has(foldName(name)));
}
