import { RowhouseError } from '../../../core/errors.ts';
import { type Subject, within } from '../../../core/subject-error.ts';
import type { RecordChange, RecordRow } from '../../project-records.ts';
import type { Condition } from '../rows/condition.ts';
import type { RecordDatabase } from '../rows/record-database.ts';
import type { RecordTable } from '../rows/record-table.ts';
import { explainingConstraints } from './constraint-fault.ts';
import { findKey, findRow, hasRow } from './get-record.ts';
import { noSuchRecord } from './keys/record-key.ts';
import { placeCondition, type RowPlace } from './keys/row-place.ts';
import { returningRow } from './returned-row.ts';
import {
  assignments,
  requireRepeated,
  touchesReferences,
  type WritableValues,
  writableValues,
} from './writable-values.ts';

/** @throws RowhouseError `not_found`, `validation_failed`, `constraint_violation`. */
export function updateRecord(database: RecordDatabase, table: RecordTable, change: RecordChange): RecordRow {
  const place = findKey(database, table, change.key);
  const written = within(['patch'], () => writableValues(table, change.patch));
  const rowJson = changeRow(database, table, { place, written, subject: ['patch'] });
  if (rowJson !== null) return { table: table.name, rowJson };
  if (!hasRow(database, table, place)) throw noSuchRecord();
  throw updatePrevented(table);
}

interface RowChange {
  readonly place: RowPlace;
  readonly written: WritableValues;
  /** The part of the request that contains the values. */
  readonly subject: Subject;
}

/**
 * Returns the JSON of the row after the change; null if there is no such row, or the change was prevented.
 * @throws RowhouseError `validation_failed`, `constraint_violation`.
 */
export function changeRow(
  database: RecordDatabase,
  table: RecordTable,
  { place, written, subject }: RowChange,
): string | null {
  within(subject, () => requireRepeated(database, table, written, placeCondition(place)));
  if (written.columns.length === 0) return findRow(database, table, place);
  return explainingConstraints({ database, table, written, subject }, () => {
    return table.kind === 'virtual'
      ? updateVirtual(database, table, place, written)
      : updateRow(database, table, place, written);
  });
}

export function updatePrevented({ name }: RecordTable): RowhouseError {
  const by = `a trigger, or a constraint with ON CONFLICT IGNORE, of ${name}`;
  return new RowhouseError('constraint_violation', `The row was not changed: ${by} prevented the update.`);
}

function updateRow(
  database: RecordDatabase,
  table: RecordTable,
  place: RowPlace,
  written: WritableValues,
): string | null {
  // In a row that references itself, a foreign key changes the row once more.
  const returning = returningRow(database, table, !touchesReferences(table, written.columns));
  const { sql, values } = updateStatement(table, written, placeCondition(place));
  const returned = database.firstRow(`${sql} ${returning.clause}`, values);
  return returned === null ? null : returning.rowJson(returned);
}

/** The UPDATE of these rows, with its parameters. */
export function updateStatement(table: RecordTable, written: WritableValues, where: Condition): Condition {
  const set = assignments(written);
  return {
    sql: `UPDATE ${table.quoted} SET ${set.sql} WHERE ${where.sql}`,
    values: [...set.values, ...where.values],
  };
}

/** Virtual tables do not support RETURNING for this; their rows are found by rowid. */
function updateVirtual(
  database: RecordDatabase,
  table: RecordTable,
  place: RowPlace,
  written: WritableValues,
): string | null {
  const { sql, values } = updateStatement(table, written, placeCondition(place));
  if (database.run(sql, values) === 0) return null;
  const changed = place.columns.map((column, index) => {
    const position = written.columns.indexOf(column);
    return (position === -1 ? place.values[index] : written.values[position]) ?? null;
  });
  const rowJson = findRow(database, table, { columns: place.columns, values: changed });
  if (rowJson !== null) return rowJson;
  throw new RowhouseError(
    'conflict',
    `The rowid of a row in the virtual table ${table.name} cannot be changed.`,
  );
}
