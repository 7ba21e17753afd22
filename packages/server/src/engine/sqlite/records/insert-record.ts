import { RowhouseError } from '../../../core/errors.ts';
import { invalidInput, type Subject, within } from '../../../core/subject-error.ts';
import type { ConflictRule, CreatedRecord, NewRecord } from '../../project-records.ts';
import type { RecordDatabase } from '../rows/record-database.ts';
import type { RecordColumn, RecordTable } from '../rows/record-table.ts';
import type { SqliteValue } from '../values/record-value.ts';
import { conflictClause, conflictColumns } from './conflict-clause.ts';
import { explainingConstraints } from './constraint-fault.ts';
import { findRow } from './get-record.ts';
import { returningRow } from './returned-row.ts';
import { type WritableValues, writableValues } from './writable-values.ts';

/**
 * @param subject the row's place in the request.
 * @throws RowhouseError `validation_failed`, `constraint_violation`.
 */
export function insertRecord(
  database: RecordDatabase,
  table: RecordTable,
  { row, onConflict }: NewRecord,
  subject: Subject = ['row'],
): CreatedRecord {
  const written = within(subject, () => writableValues(table, row));
  if (onConflict !== null && written.columns.length === 0) {
    throw invalidInput(subject, 'must name at least one column if on_conflict is given');
  }
  return explainingConstraints({ database, table, written, subject }, () => {
    return onConflict === null
      ? { table: table.name, ...insert(database, table, written) }
      : { table: table.name, ...upsert(database, table, { written, rule: onConflict }) };
  });
}

type Inserted = Pick<CreatedRecord, 'rowJson' | 'outcome'>;

function insert(database: RecordDatabase, table: RecordTable, written: WritableValues): Inserted {
  const rowJson =
    table.kind === 'virtual' && table.rowid !== null
      ? insertVirtual(database, table, { written, rowid: table.rowid })
      : insertReturning(database, table, written);
  if (rowJson === null) throw keptOut(table);
  return { rowJson, outcome: 'created' };
}

function insertReturning(
  database: RecordDatabase,
  table: RecordTable,
  written: WritableValues,
): string | null {
  const returning = returningRow(database, table, true);
  const sql = `${insertInto(table, written.columns)} ${returning.clause}`;
  const returned = database.firstRow(sql, written.values);
  return returned === null ? null : returning.rowJson(returned);
}

/** RETURNING does not return a rowid that the module of a virtual table assigns. */
function insertVirtual(
  database: RecordDatabase,
  table: RecordTable,
  { written, rowid }: { readonly written: WritableValues; readonly rowid: RecordColumn },
): string | null {
  database.run(insertInto(table, written.columns), written.values);
  return findRow(database, table, [rowid], database.firstRow('SELECT last_insert_rowid()', []) ?? []);
}

function upsert(
  database: RecordDatabase,
  table: RecordTable,
  { written, rule }: { readonly written: WritableValues; readonly rule: ConflictRule },
): Inserted {
  const conflict = within(['onConflict'], () => conflictColumns(table, rule));
  const place = table.order ?? conflict;
  const returning = returningRow(database, table, false);
  const clause = conflictClause({ action: rule.action, conflict, written: written.columns, place });
  const sql = `${insertInto(table, written.columns)} ${clause} ${returning.clause}`;
  const { result, place: inTheWay } = database.conflicts.watch(() => database.firstRow(sql, written.values));
  const rowJson = result === null ? rowAt(database, table, place, inTheWay) : returning.rowJson(result);
  if (rowJson === null) throw keptOut(table);
  if (result === null) return { rowJson, outcome: 'ignored' };
  return { rowJson, outcome: inTheWay === null ? 'created' : 'updated' };
}

function rowAt(
  database: RecordDatabase,
  table: RecordTable,
  columns: readonly RecordColumn[],
  values: readonly SqliteValue[] | null,
): string | null {
  return values === null ? null : findRow(database, table, columns, values);
}

function insertInto(table: RecordTable, columns: readonly RecordColumn[]): string {
  if (columns.length === 0) return `INSERT INTO ${table.quoted} DEFAULT VALUES`;
  const names = columns.map(({ quoted }) => quoted).join(', ');
  return `INSERT INTO ${table.quoted} (${names}) VALUES (${columns.map(() => '?').join(', ')})`;
}

function keptOut({ name }: RecordTable): RowhouseError {
  const by = 'a trigger, or a constraint with ON CONFLICT IGNORE,';
  return new RowhouseError(
    'constraint_violation',
    `The row was not stored: ${by} of ${name} prevented the insert.`,
  );
}
