import { RowhouseError } from '../../../errors.ts';
import type { AffectedRows, DeletedRecord, RecordFilter, RecordKey } from '../../project-records.ts';
import { explainingConstraints } from './constraint-fault.ts';
import { countChanged } from './count-changed.ts';
import { allOf, filterCondition } from './filter-conditions.ts';
import { hasRow } from './get-record.ts';
import type { RecordDatabase } from './record-database.ts';
import { keyColumnsOf, keyCondition, keyValues, noSuchRecord } from './record-key.ts';
import type { RecordTable } from './record-table.ts';

/** @throws RowhouseError `not_found`, `constraint_violation`. */
export function deleteRecord(database: RecordDatabase, table: RecordTable, key: RecordKey): DeletedRecord {
  const columns = keyColumnsOf(table);
  const values = keyValues(columns, key);
  const sql = `DELETE FROM ${table.quoted} WHERE ${keyCondition(columns)}`;
  const deleted = explainingConstraints({ database, table, written: null, field: 'path.id' }, () => {
    return countChanged(database, table, { sql, values });
  });
  if (deleted > 0) return { table: table.name };
  if (!hasRow(database, table, columns, values)) throw noSuchRecord();
  throw new RowhouseError(
    'constraint_violation',
    `The row was not deleted: a trigger of ${table.name} kept it.`,
  );
}

/** Deletes every row that the filters fit. @throws RowhouseError `validation_failed`, `constraint_violation`. */
export function deleteRecords(
  database: RecordDatabase,
  table: RecordTable,
  filters: readonly RecordFilter[],
): AffectedRows {
  const where = allOf(filters.map((filter) => filterCondition(table, filter)));
  const affected = explainingConstraints({ database, table, written: null, field: 'body.where' }, () => {
    const sql = `DELETE FROM ${table.quoted} WHERE ${where.sql}`;
    return countChanged(database, table, { sql, values: where.values });
  });
  return { table: table.name, affected };
}
