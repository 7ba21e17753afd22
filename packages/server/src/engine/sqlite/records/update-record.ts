import { RowhouseError } from '../../../core/errors.ts';
import { type Subject, within } from '../../../core/subject-error.ts';
import type { RecordChange, RecordRow } from '../../project-records.ts';
import type { Condition } from '../rows/condition.ts';
import type { RecordDatabase } from '../rows/record-database.ts';
import type { RecordTable } from '../rows/record-table.ts';
import { explainingConstraints } from './constraint-errors.ts';
import { findKey, findRow, hasRow } from './get-record.ts';
import { noSuchRecord } from './keys/record-key.ts';
import { locatorCondition, type RowLocator } from './keys/row-locator.ts';
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
  const locator = findKey(database, table, change.key);
  const written = within(['patch'], () => writableValues(table, change.patch));
  const rowJson = changeRow(database, table, { locator, written, subject: ['patch'] });
  if (rowJson !== null) return { table: table.name, rowJson };
  if (!hasRow(database, table, locator)) throw noSuchRecord();
  throw updatePrevented(table);
}

interface RowChange {
  readonly locator: RowLocator;
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
  { locator, written, subject }: RowChange,
): string | null {
  within(subject, () => requireRepeated(database, table, written, locatorCondition(locator)));
  if (written.columns.length === 0) return findRow(database, table, locator);
  return explainingConstraints({ database, table, written, subject }, () => {
    return table.kind === 'virtual'
      ? updateVirtual(database, table, locator, written)
      : updateRow(database, table, locator, written);
  });
}

export function updatePrevented({ name }: RecordTable): RowhouseError {
  const by = `a trigger, or a constraint with ON CONFLICT IGNORE, of ${name}`;
  return new RowhouseError('constraint_violation', `The row was not changed: ${by} prevented the update.`);
}

function updateRow(
  database: RecordDatabase,
  table: RecordTable,
  locator: RowLocator,
  written: WritableValues,
): string | null {
  // In a row that references itself, a foreign key changes the row once more.
  const returning = returningRow(database, table, !touchesReferences(table, written.columns));
  const { sql, values } = updateStatement(table, written, locatorCondition(locator));
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
  locator: RowLocator,
  written: WritableValues,
): string | null {
  const { sql, values } = updateStatement(table, written, locatorCondition(locator));
  if (database.run(sql, values) === 0) return null;
  const changed = locator.columns.map((column, index) => {
    const position = written.columns.indexOf(column);
    return (position === -1 ? locator.values[index] : written.values[position]) ?? null;
  });
  const rowJson = findRow(database, table, { columns: locator.columns, values: changed });
  if (rowJson !== null) return rowJson;
  throw new RowhouseError(
    'conflict',
    `The rowid of a row in the virtual table ${table.name} cannot be changed.`,
  );
}
