import type { RecordKey, RecordRow } from '../../project-records.ts';
import { explainingReads, rowTooLarge } from '../rows/read-errors.ts';
import type { RecordDatabase } from '../rows/record-database.ts';
import type { RecordTable } from '../rows/record-table.ts';
import { joinRowJson, rowJsonColumns } from '../rows/row-json.ts';
import { keyColumnsOf, keyAlternatives, noSuchRecord } from './keys/record-key.ts';
import { locatorCondition, type RowLocator } from './keys/row-locator.ts';

/** @throws RowhouseError `not_found`, `conflict`. */
export function getRecord(database: RecordDatabase, table: RecordTable, key: RecordKey): RecordRow {
  return explainingReads(table, () => {
    const locator = findKey(database, table, key);
    const rowJson = findRow(database, table, locator);
    if (rowJson !== null) return { table: table.name, rowJson };
    throw hasRow(database, table, locator) ? rowTooLarge() : noSuchRecord();
  });
}

/** Returns the key columns of a table and the values that a key in a path stands for. @throws RowhouseError `not_found`, `conflict`. */
export function findKey(database: RecordDatabase, table: RecordTable, key: RecordKey): RowLocator {
  const columns = keyColumnsOf(table);
  const [first = [], ...others] = keyAlternatives(columns, key);
  const values =
    others.length === 0
      ? first
      : ([first, ...others].find((each) => hasRow(database, table, { columns, values: each })) ?? first);
  return { columns, values };
}

/** The row with this locator, as JSON with the columns of an answer; null if there is none or it is too long for a string. */
export function findRow(database: RecordDatabase, table: RecordTable, locator: RowLocator): string | null {
  const { sql, values } = locatorCondition(locator);
  const row = database.firstRow(
    `SELECT ${rowJsonColumns(table.answered)} FROM ${table.quoted} WHERE ${sql} LIMIT 1`,
    values,
  );
  return row === null ? null : joinRowJson(row);
}

export function hasRow(database: RecordDatabase, table: RecordTable, locator: RowLocator): boolean {
  const { sql, values } = locatorCondition(locator);
  return database.firstRow(`SELECT 1 FROM ${table.quoted} WHERE ${sql} LIMIT 1`, values) !== null;
}
