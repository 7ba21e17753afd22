import { RowhouseError } from '../../../core/errors.ts';
import { invalidInput, type Subject, within } from '../../../core/subject-error.ts';
import { quoteIdentifier } from '../../../schema/identifier.ts';
import type { ConflictRule, CreatedRecord, NewRecord } from '../../project-records.ts';
import type { RecordDatabase } from '../rows/record-database.ts';
import type { RecordColumn, RecordTable, UniqueKey } from '../rows/record-table.ts';
import type { SqliteValue } from '../values/record-value.ts';
import { changedColumns, conflictClause, conflictKey } from './conflict-clause.ts';
import { explainingConstraints } from './constraint-fault.ts';
import { findRow } from './get-record.ts';
import { returningRow, rowAt } from './returned-row.ts';
import { updatePrevented, updateRow } from './update-record.ts';
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
  if (rowJson === null) throw insertPrevented(table);
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

/**
 * Changes or keeps the existing row, if there is one. Only the values that are stored are checked: SQLite's ON CONFLICT would also
 * hold a row to NOT NULL and CHECK that is never inserted.
 */
function upsert(
  database: RecordDatabase,
  table: RecordTable,
  { written, rule }: { readonly written: WritableValues; readonly rule: ConflictRule },
): Inserted {
  const key = within(['onConflict'], () => conflictKey(table, rule));
  const place = table.order ?? key.columns;
  const existing = findConflicting(database, table, { key, place, written });
  if (existing === null) return insertUnlessConflict(database, table, { written, rule, key, place });
  if (rule.action === 'ignore') {
    return { rowJson: rowAt(database, table, { columns: place, values: existing }), outcome: 'ignored' };
  }
  const changed = changedColumns(written.columns, key.columns);
  const values = changed.map((column) => written.values[written.columns.indexOf(column)] ?? null);
  const rowJson = updateRow(
    database,
    table,
    { columns: place, values: existing },
    { columns: changed, values },
  );
  if (rowJson === null) throw updatePrevented(table);
  return { rowJson, outcome: 'updated' };
}

interface UpsertPlan {
  readonly written: WritableValues;
  readonly key: UniqueKey;
  /** The columns by which a row is found again. */
  readonly place: readonly RecordColumn[];
}

/** Returns the place of the row that has the new row's key; null if there is none, or the key is not given completely. */
function findConflicting(
  database: RecordDatabase,
  table: RecordTable,
  { key: { columns, collations }, place, written }: UpsertPlan,
): readonly SqliteValue[] | null {
  const positions = columns.map((column) => written.columns.indexOf(column));
  if (table.kind !== 'table' || positions.includes(-1)) return null;
  const conditions = columns.map(({ quoted }, index) => {
    const collation = collations?.[index];
    return collation === undefined ? `${quoted} = ?` : `${quoted} COLLATE ${quoteIdentifier(collation)} = ?`;
  });
  const found = place.map(({ quoted }) => quoted).join(', ');
  const sql = `SELECT ${found} FROM ${table.quoted} WHERE ${conditions.join(' AND ')} LIMIT 1`;
  return database.firstRow(
    sql,
    positions.map((position) => written.values[position] ?? null),
  );
}

/** Inserts the row. A conflict can still occur in a key that has default or generated values. */
function insertUnlessConflict(
  database: RecordDatabase,
  table: RecordTable,
  { written, rule, key, place }: UpsertPlan & { readonly rule: ConflictRule },
): Inserted {
  const returning = returningRow(database, table, false);
  const parts = { action: rule.action, conflict: key.columns, written: written.columns, place };
  const sql = `${insertInto(table, written.columns)} ${conflictClause(parts)} ${returning.clause}`;
  const { result, place: conflicting } = database.conflicts.watch(() => {
    return database.firstRow(sql, written.values);
  });
  if (result !== null) {
    return { rowJson: returning.rowJson(result), outcome: conflicting === null ? 'created' : 'updated' };
  }
  if (conflicting === null) throw insertPrevented(table);
  return { rowJson: rowAt(database, table, { columns: place, values: conflicting }), outcome: 'ignored' };
}

function insertInto(table: RecordTable, columns: readonly RecordColumn[]): string {
  if (columns.length === 0) return `INSERT INTO ${table.quoted} DEFAULT VALUES`;
  const names = columns.map(({ quoted }) => quoted).join(', ');
  return `INSERT INTO ${table.quoted} (${names}) VALUES (${columns.map(() => '?').join(', ')})`;
}

function insertPrevented({ name }: RecordTable): RowhouseError {
  const by = 'a trigger, or a constraint with ON CONFLICT IGNORE,';
  return new RowhouseError(
    'constraint_violation',
    `The row was not stored: ${by} of ${name} prevented the insert.`,
  );
}
