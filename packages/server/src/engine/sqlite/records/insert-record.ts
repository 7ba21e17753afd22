import { RowhouseError } from '../../../core/errors.ts';
import { invalidInput, type Subject, within } from '../../../core/subject-error.ts';
import { quoteIdentifier } from '../../../schema/identifier.ts';
import type { ConflictRule, CreatedRecord, NewRecord } from '../../project-records.ts';
import { allOf, type Condition } from '../rows/condition.ts';
import { equalOperands } from '../rows/filter-operands.ts';
import type { RecordDatabase } from '../rows/record-database.ts';
import type { RecordColumn, RecordTable, UniqueKey } from '../rows/record-table.ts';
import { type BoundValue, parametersFor } from '../values/bound-value.ts';
import { changedColumns, conflictClause, conflictKey } from './conflict-clause.ts';
import { explainingConstraints } from './constraint-errors.ts';
import { findRow } from './get-record.ts';
import { locatorColumns, locatorIn, type RowLocator } from './keys/row-locator.ts';
import { returningRow, rowAt } from './returned-row.ts';
import { changeRow, updatePrevented } from './update-record.ts';
import {
  chosenValues,
  refuseRepeated,
  sentFor,
  type WritableValues,
  writableValues,
} from './writable-values.ts';

/**
 * @param subject the path of the row in the input.
 * @throws RowhouseError `validation_failed`, `constraint_violation`.
 */
export function insertRecord(
  database: RecordDatabase,
  table: RecordTable,
  { row, onConflict }: NewRecord,
  subject: Subject = ['row'],
): CreatedRecord {
  const written = within(subject, () => writableValues(table, row));
  if (onConflict === null) {
    within(subject, () => refuseRepeated(written));
    return explainingConstraints({ database, table, written, subject }, () => {
      return { table: table.name, ...insert(database, table, written) };
    });
  }
  if (written.columns.length === 0) {
    throw invalidInput(subject, 'must name at least one column if on_conflict is given');
  }
  return { table: table.name, ...upsert(database, table, { written, rule: onConflict, subject }) };
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
  const returned = database.firstRow(`${insertInto(table, written)} ${returning.clause}`, written.values);
  return returned === null ? null : returning.rowJson(returned);
}

/** RETURNING does not return a rowid that the module of a virtual table assigns. */
function insertVirtual(
  database: RecordDatabase,
  table: RecordTable,
  { written, rowid }: { readonly written: WritableValues; readonly rowid: RecordColumn },
): string | null {
  database.run(insertInto(table, written), written.values);
  const values = database.firstRow('SELECT last_insert_rowid()', []) ?? [];
  return findRow(database, table, { columns: [rowid], values });
}

/**
 * Changes or keeps the existing row, if there is one. Checks only the values that are stored: SQLite's ON CONFLICT would
 * also check NOT NULL and CHECK constraints of a row that is never inserted.
 */
function upsert(
  database: RecordDatabase,
  table: RecordTable,
  { written, rule, subject }: UpsertRequest,
): Inserted {
  const key = within(['onConflict'], () => conflictKey(table, rule));
  const columns = table.order ?? key.columns;
  const existing = findConflicting(database, table, { key, columns, written });
  if (existing === null) {
    within(subject, () => refuseRepeated(written));
    return explainingConstraints({ database, table, written, subject }, () => {
      return insertUnlessConflict(database, table, { written, rule, key, columns });
    });
  }
  if (rule.action === 'ignore') return { rowJson: rowAt(database, table, existing), outcome: 'ignored' };
  const changed = chosenValues(written, changedColumns(written.columns, key.columns));
  const rowJson = changeRow(database, table, { locator: existing, written: changed, subject });
  if (rowJson === null) throw updatePrevented(table);
  return { rowJson, outcome: 'updated' };
}

interface UpsertRequest {
  readonly written: WritableValues;
  readonly rule: ConflictRule;
  readonly subject: Subject;
}

interface UpsertPlan {
  readonly written: WritableValues;
  readonly key: UniqueKey;
  /** The columns by which a row is found again. */
  readonly columns: readonly RecordColumn[];
}

/** Returns the locator of the row that has the new row's key; null if there is none, or the key is incomplete. */
function findConflicting(
  database: RecordDatabase,
  table: RecordTable,
  { key, columns, written }: UpsertPlan,
): RowLocator | null {
  const sent = key.columns.map((column) => sentFor(written, column));
  if (table.kind !== 'table' || sent.includes(undefined)) return null;
  const select = `SELECT ${locatorColumns(columns)} FROM ${table.quoted}`;
  const findBy = (operands: readonly (readonly BoundValue[])[]) => {
    const { sql, values } = keyAmong(key, operands);
    const row = database.firstRow(`${select} WHERE ${sql} LIMIT 1`, values);
    return row === null ? null : locatorIn(columns, row);
  };
  const positions = key.columns.map((column) => written.columns.indexOf(column));
  const isStorable = !positions.includes(-1);
  const exact = isStorable ? findBy(positions.map((position) => [written.values[position] ?? null])) : null;
  if (exact !== null) return exact;
  // A plain answer may show another value in the same way, such as a BLOB as its base64.
  const shown = key.columns.map((column, index) => {
    return sent[index] === null ? [null] : equalOperands(sent[index], column);
  });
  return isStorable && shown.every((operands) => operands.length === 1) ? null : findBy(shown);
}

/** A condition that each column of the key has one of its operands, as the key compares them. */
function keyAmong(
  { columns, collations }: UniqueKey,
  operands: readonly (readonly BoundValue[])[],
): Condition {
  return allOf(
    columns.map(({ quoted }, index) => {
      const values = operands[index] ?? [];
      const collation = collations?.[index];
      const collated = collation === undefined ? quoted : `${quoted} COLLATE ${quoteIdentifier(collation)}`;
      return { sql: `${collated} IN (${parametersFor(values)})`, values };
    }),
  );
}

/** Inserts the row. A conflict can still occur in a key that has default or generated values. */
function insertUnlessConflict(
  database: RecordDatabase,
  table: RecordTable,
  { written, rule, key, columns }: UpsertPlan & { readonly rule: ConflictRule },
): Inserted {
  const returning = returningRow(database, table, false);
  const parts = { action: rule.action, conflict: key.columns, written: written.columns, locator: columns };
  const sql = `${insertInto(table, written)} ${conflictClause(parts)} ${returning.clause}`;
  const { result, locator: conflicting } = database.conflicts.watch(() => {
    return database.firstRow(sql, written.values);
  });
  if (result !== null) {
    return { rowJson: returning.rowJson(result), outcome: conflicting === null ? 'created' : 'updated' };
  }
  if (conflicting === null) throw insertPrevented(table);
  return { rowJson: rowAt(database, table, locatorIn(columns, conflicting)), outcome: 'ignored' };
}

function insertInto(table: RecordTable, { columns, values }: WritableValues): string {
  if (columns.length === 0) return `INSERT INTO ${table.quoted} DEFAULT VALUES`;
  const names = columns.map(({ quoted }) => quoted).join(', ');
  return `INSERT INTO ${table.quoted} (${names}) VALUES (${parametersFor(values)})`;
}

function insertPrevented({ name }: RecordTable): RowhouseError {
  const by = 'a trigger, or a constraint with ON CONFLICT IGNORE,';
  return new RowhouseError(
    'constraint_violation',
    `The row was not stored: ${by} of ${name} prevented the insert.`,
  );
}
