import { within } from '../../../core/subject-error.ts';
import type { AffectedRows, RecordsChange } from '../../project-records.ts';
import { filterConditions } from '../rows/filter-conditions.ts';
import type { RecordDatabase } from '../rows/record-database.ts';
import type { RecordTable } from '../rows/record-table.ts';
import { explainingConstraints } from './constraint-fault.ts';
import { countChanged } from './count-changed.ts';
import { updateSet } from './update-record.ts';
import { writableValues } from './writable-values.ts';

/** Changes every row that matches the filters. @throws RowhouseError `validation_failed`, `constraint_violation`. */
export function updateRecords(
  database: RecordDatabase,
  table: RecordTable,
  { filters, patch }: RecordsChange,
): AffectedRows {
  const written = within(['patch'], () => writableValues(table, patch));
  const where = within(['filters'], () => filterConditions(table, filters));
  const affected = explainingConstraints({ database, table, written, subject: ['patch'] }, () => {
    const sql = `${updateSet(table, written)} WHERE ${where.sql}`;
    return countChanged(database, table, { sql, values: [...written.values, ...where.values] });
  });
  return { table: table.name, affected };
}
