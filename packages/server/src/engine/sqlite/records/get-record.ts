import type { RecordKey, RecordRow } from '../../project-records.ts';
import { explainingReads, rowTooLarge } from '../rows/read-fault.ts';
import type { RecordDatabase } from '../rows/record-database.ts';
import type { RecordColumn, RecordTable } from '../rows/record-table.ts';
import { joinRowJson, rowJsonColumns } from '../rows/row-json.ts';
import type { SqliteValue } from '../values/record-value.ts';
import { keyColumnsOf, keyAlternatives, keyCondition, noSuchRecord } from './record-key.ts';

/** @throws RowhouseError `not_found`, `conflict`. */
export function getRecord(database: RecordDatabase, table: RecordTable, key: RecordKey): RecordRow {
  return explainingReads(table, () => {
    const { columns, values } = findKey(database, table, key);
    const rowJson = findRow(database, table, columns, values);
    if (rowJson !== null) return { table: table.name, rowJson };
    throw hasRow(database, table, columns, values) ? rowTooLarge() : noSuchRecord();
  });
}

/** Key columns of a row and their values. */
export interface RowPlace {
  readonly columns: readonly RecordColumn[];
  readonly values: readonly SqliteValue[];
}

/** Returns the key columns of a table and the values that a key in a path stands for. @throws RowhouseError `not_found`, `conflict`. */
export function findKey(database: RecordDatabase, table: RecordTable, key: RecordKey): RowPlace {
  const columns = keyColumnsOf(table);
  const [first = [], ...others] = keyAlternatives(columns, key);
  const values =
    others.length === 0
      ? first
      : ([first, ...others].find((each) => hasRow(database, table, columns, each)) ?? first);
  return { columns, values };
}

/** The row with these values in these columns, as JSON; null if there is none or it is too long for a string. */
export function findRow(
  database: RecordDatabase,
  table: RecordTable,
  columns: readonly RecordColumn[],
  values: readonly SqliteValue[],
): string | null {
  const sql = `SELECT ${rowJsonColumns(table.columns)} FROM ${table.quoted} WHERE ${keyCondition(columns)} LIMIT 1`;
  const row = database.firstRow(sql, values);
  return row === null ? null : joinRowJson(row);
}

export function hasRow(
  database: RecordDatabase,
  table: RecordTable,
  columns: readonly RecordColumn[],
  values: readonly SqliteValue[],
): boolean {
  const sql = `SELECT 1 FROM ${table.quoted} WHERE ${keyCondition(columns)} LIMIT 1`;
  return database.firstRow(sql, values) !== null;
}
