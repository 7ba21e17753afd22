import type { RecordKey, RecordRow } from '../../project-records.ts';
import { explainingReads, rowTooLarge } from '../rows/read-fault.ts';
import type { RecordDatabase } from '../rows/record-database.ts';
import type { RecordTable } from '../rows/record-table.ts';
import { joinRowJson, rowJsonColumns } from '../rows/row-json.ts';
import { keyColumnsOf, keyAlternatives, noSuchRecord } from './keys/record-key.ts';
import { placeCondition, type RowPlace } from './keys/row-place.ts';

/** @throws RowhouseError `not_found`, `conflict`. */
export function getRecord(database: RecordDatabase, table: RecordTable, key: RecordKey): RecordRow {
  return explainingReads(table, () => {
    const place = findKey(database, table, key);
    const rowJson = findRow(database, table, place);
    if (rowJson !== null) return { table: table.name, rowJson };
    throw hasRow(database, table, place) ? rowTooLarge() : noSuchRecord();
  });
}

/** Returns the key columns of a table and the values that a key in a path stands for. @throws RowhouseError `not_found`, `conflict`. */
export function findKey(database: RecordDatabase, table: RecordTable, key: RecordKey): RowPlace {
  const columns = keyColumnsOf(table);
  const [first = [], ...others] = keyAlternatives(columns, key);
  const values =
    others.length === 0
      ? first
      : ([first, ...others].find((each) => hasRow(database, table, { columns, values: each })) ?? first);
  return { columns, values };
}

/** The row at this place, as JSON; null if there is none or it is too long for a string. */
export function findRow(database: RecordDatabase, table: RecordTable, place: RowPlace): string | null {
  const { sql, values } = placeCondition(place);
  const row = database.firstRow(
    `SELECT ${rowJsonColumns(table.columns)} FROM ${table.quoted} WHERE ${sql} LIMIT 1`,
    values,
  );
  return row === null ? null : joinRowJson(row);
}

export function hasRow(database: RecordDatabase, table: RecordTable, place: RowPlace): boolean {
  const { sql, values } = placeCondition(place);
  return database.firstRow(`SELECT 1 FROM ${table.quoted} WHERE ${sql} LIMIT 1`, values) !== null;
}
