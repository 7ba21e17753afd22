import { RowhouseError } from '../../../core/errors.ts';
import { within } from '../../../core/subject-error.ts';
import type { RecordChange, RecordRow } from '../../project-records.ts';
import type { RecordDatabase } from '../rows/record-database.ts';
import type { RecordTable } from '../rows/record-table.ts';
import { explainingConstraints } from './constraint-fault.ts';
import { findKey, findRow, hasRow, type RowPlace } from './get-record.ts';
import { keyCondition, noSuchRecord } from './record-key.ts';
import { returningRow } from './returned-row.ts';
import { touchesReferences, type WritableValues, writableValues } from './writable-values.ts';

/** @throws RowhouseError `not_found`, `validation_failed`, `constraint_violation`. */
export function updateRecord(database: RecordDatabase, table: RecordTable, change: RecordChange): RecordRow {
  const key = findKey(database, table, change.key);
  const written = within(['patch'], () => writableValues(table, change.patch));
  const rowJson = explainingConstraints({ database, table, written, subject: ['patch'] }, () => {
    return table.kind === 'virtual'
      ? updateVirtual(database, table, key, written)
      : updateRow(database, table, key, written);
  });
  if (rowJson !== null) return { table: table.name, rowJson };
  if (!hasRow(database, table, key.columns, key.values)) throw noSuchRecord();
  throw updatePrevented(table);
}

export function updatePrevented({ name }: RecordTable): RowhouseError {
  const by = `a trigger, or a constraint with ON CONFLICT IGNORE, of ${name}`;
  return new RowhouseError('constraint_violation', `The row was not changed: ${by} prevented the update.`);
}

/** The SET clause with a parameter for each column, and the words before it. */
export function updateSet(table: RecordTable, { columns }: WritableValues): string {
  return `UPDATE ${table.quoted} SET ${columns.map(({ quoted }) => `${quoted} = ?`).join(', ')}`;
}

/** Returns the JSON of the row after the change; null if there is no such row, or the change was prevented. */
export function updateRow(
  database: RecordDatabase,
  table: RecordTable,
  key: RowPlace,
  written: WritableValues,
): string | null {
  // In a row that references itself, a foreign key changes the row once more.
  const returning = returningRow(database, table, !touchesReferences(table, written.columns));
  const sql = `${updateSet(table, written)} WHERE ${keyCondition(key.columns)} ${returning.clause}`;
  const returned = database.firstRow(sql, [...written.values, ...key.values]);
  return returned === null ? null : returning.rowJson(returned);
}

/** Virtual tables do not support RETURNING for this; their rows are found by rowid. */
function updateVirtual(
  database: RecordDatabase,
  table: RecordTable,
  key: RowPlace,
  written: WritableValues,
): string | null {
  const sql = `${updateSet(table, written)} WHERE ${keyCondition(key.columns)}`;
  if (database.run(sql, [...written.values, ...key.values]) === 0) return null;
  const values = key.columns.map((column, index) => {
    const position = written.columns.indexOf(column);
    return (position === -1 ? key.values[index] : written.values[position]) ?? null;
  });
  const rowJson = findRow(database, table, key.columns, values);
  if (rowJson !== null) return rowJson;
  throw new RowhouseError(
    'conflict',
    `The rowid of a row in the virtual table ${table.name} cannot be changed.`,
  );
}
