import type { AffectedRows, RecordsChange } from '../../project-records.ts';
import { allOf, filterCondition } from '../rows/filter-conditions.ts';
import type { RecordDatabase } from '../rows/record-database.ts';
import type { RecordTable } from '../rows/record-table.ts';
import { explainingConstraints } from './constraint-fault.ts';
import { countChanged } from './count-changed.ts';
import { updateSet } from './update-record.ts';
import { writableValues } from './writable-values.ts';

/** Changes every row that the filters fit. @throws RowhouseError `validation_failed`, `constraint_violation`. */
export function updateRecords(
  database: RecordDatabase,
  table: RecordTable,
  { filters, patch, field }: RecordsChange,
): AffectedRows {
  const written = writableValues(table, patch, field);
  const where = allOf(filters.map((filter) => filterCondition(table, filter)));
  const affected = explainingConstraints({ database, table, written, field }, () => {
    const sql = `${updateSet(table, written)} WHERE ${where.sql}`;
    return countChanged(database, table, { sql, values: [...written.values, ...where.values] });
  });
  return { table: table.name, affected };
}
