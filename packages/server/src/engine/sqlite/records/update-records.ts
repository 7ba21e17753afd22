import { within } from '../../../core/subject-error.ts';
import type { AffectedRows, RecordsChange } from '../../project-records.ts';
import { countRows } from '../rows/count-rows.ts';
import { filterConditions } from '../rows/filter-conditions.ts';
import type { RecordDatabase } from '../rows/record-database.ts';
import type { RecordTable } from '../rows/record-table.ts';
import { explainingConstraints } from './constraint-errors.ts';
import { countChanged } from './count-changed.ts';
import { updateStatement } from './update-record.ts';
import { requireRepeated, writableValues } from './writable-values.ts';

/** Changes every row that matches the filters. @throws RowhouseError `validation_failed`, `constraint_violation`. */
export function updateRecords(
  database: RecordDatabase,
  table: RecordTable,
  { filters, patch }: RecordsChange,
): AffectedRows {
  const written = within(['patch'], () => writableValues(table, patch));
  const where = within(['filters'], () => filterConditions(table, filters));
  within(['patch'], () => requireRepeated(database, table, written, where));
  if (written.columns.length === 0) return { table: table.name, affected: countRows(database, table, where) };
  const affected = explainingConstraints({ database, table, written, subject: ['patch'] }, () => {
    return countChanged(database, table, updateStatement(table, written, where));
  });
  return { table: table.name, affected };
}
