import { RowhouseError } from '../../../core/errors.ts';
import { within } from '../../../core/subject-error.ts';
import type { AffectedRows, DeletedRecord, RecordFilter, RecordKey } from '../../project-records.ts';
import { filterConditions } from '../rows/filter-conditions.ts';
import type { RecordDatabase } from '../rows/record-database.ts';
import type { RecordTable } from '../rows/record-table.ts';
import { explainingConstraints } from './constraint-errors.ts';
import { countChanged } from './count-changed.ts';
import { findKey, hasRow } from './get-record.ts';
import { noSuchRecord } from './keys/record-key.ts';
import { locatorCondition } from './keys/row-locator.ts';

/** @throws RowhouseError `not_found`, `constraint_violation`. */
export function deleteRecord(database: RecordDatabase, table: RecordTable, key: RecordKey): DeletedRecord {
  const locator = findKey(database, table, key);
  const where = locatorCondition(locator);
  const deleted = explainingConstraints({ database, table, written: null, subject: ['key'] }, () => {
    const sql = `DELETE FROM ${table.quoted} WHERE ${where.sql}`;
    return countChanged(database, table, { sql, values: where.values });
  });
  if (deleted > 0) return { table: table.name };
  if (!hasRow(database, table, locator)) throw noSuchRecord();
  throw new RowhouseError(
    'constraint_violation',
    `The row was not deleted: a trigger of ${table.name} prevented the deletion.`,
  );
}

/** Deletes every row that matches the filters. @throws RowhouseError `validation_failed`, `constraint_violation`. */
export function deleteRecords(
  database: RecordDatabase,
  table: RecordTable,
  filters: readonly RecordFilter[],
): AffectedRows {
  const where = within(['filters'], () => filterConditions(table, filters));
  const affected = explainingConstraints({ database, table, written: null, subject: ['filters'] }, () => {
    const sql = `DELETE FROM ${table.quoted} WHERE ${where.sql}`;
    return countChanged(database, table, { sql, values: where.values });
  });
  return { table: table.name, affected };
}
