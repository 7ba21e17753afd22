import { RowhouseError } from '../../../errors.ts';
import type { ConflictRule, CreatedRecord, NewRecord } from '../../project-records.ts';
import type { SqliteValue } from '../values/record-value.ts';
import { conflictClause, conflictColumns } from './conflict-clause.ts';
import { explainingConstraints } from './constraint-fault.ts';
import { findRow } from './get-record.ts';
import type { RecordDatabase } from './record-database.ts';
import type { RecordColumn, RecordTable } from './record-table.ts';
import { returningRow } from './returned-row.ts';
import { type WritableValues, writableValues } from './writable-values.ts';

/** @throws RowhouseError `validation_failed`, `constraint_violation`. */
export function insertRecord(
  database: RecordDatabase,
  table: RecordTable,
  { row, field, onConflict }: NewRecord,
): CreatedRecord {
  const written = writableValues(table, row, field);
  return explainingConstraints({ database, table, written, field }, () => {
    return onConflict === null
      ? { table: table.name, ...insert(database, table, written) }
      : { table: table.name, ...upsert(database, table, { written, rule: onConflict }) };
  });
}

type Inserted = Pick<CreatedRecord, 'rowJson' | 'outcome'>;

function insert(database: RecordDatabase, table: RecordTable, written: WritableValues): Inserted {
  const returning = returningRow(database, table, true);
  const sql = `${insertInto(table, written.columns)} ${returning.clause}`;
  const returned = database.firstRow(sql, written.values);
  const rowJson = returned === null ? null : returning.rowJson(returned);
  if (rowJson === null) throw keptOutByTrigger(table);
  return { rowJson, outcome: 'created' };
}

/** Whether the row is there already is asked first, in the same transaction: SQLite does not say which of the two it did. */
function upsert(
  database: RecordDatabase,
  table: RecordTable,
  { written, rule }: { readonly written: WritableValues; readonly rule: ConflictRule },
): Inserted {
  const columns = conflictColumns(table, rule);
  const values = columns.map((column) => valueIn(written, column));
  // A column that is left out has its default, or NULL, which is equal to nothing.
  const known = values.every((value) => value !== null && value !== undefined);
  const before = known ? findRow(database, table, columns, values) : null;
  const returning = returningRow(database, table, false);
  const clause = conflictClause(columns, written.columns, rule.action);
  const sql = `${insertInto(table, written.columns)} ${clause} ${returning.clause}`;
  const returned = database.firstRow(sql, written.values);
  if (returned === null && before !== null) return { rowJson: before, outcome: 'ignored' };
  const rowJson = returned === null ? null : returning.rowJson(returned);
  if (rowJson === null) throw keptOutByTrigger(table);
  return { rowJson, outcome: before === null ? 'created' : 'updated' };
}

function valueIn(written: WritableValues, column: RecordColumn): SqliteValue | undefined {
  return written.values[written.columns.indexOf(column)];
}

function insertInto(table: RecordTable, columns: readonly RecordColumn[]): string {
  if (columns.length === 0) return `INSERT INTO ${table.quoted} DEFAULT VALUES`;
  const names = columns.map(({ quoted }) => quoted).join(', ');
  return `INSERT INTO ${table.quoted} (${names}) VALUES (${columns.map(() => '?').join(', ')})`;
}

function keptOutByTrigger({ name }: RecordTable): RowhouseError {
  return new RowhouseError('constraint_violation', `A trigger of ${name} kept the row out.`);
}
