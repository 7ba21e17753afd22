import { rowTooLarge } from '../rows/read-fault.ts';
import type { RecordDatabase } from '../rows/record-database.ts';
import type { RecordTable } from '../rows/record-table.ts';
import { joinRowJson, rowJsonColumns } from '../rows/row-json.ts';
import type { SqliteValue } from '../values/record-value.ts';
import { findRow, hasRow } from './get-record.ts';
import { placeColumns, placeIn, type RowPlace } from './keys/row-place.ts';

/**
 * How a statement that writes one row returns the row as stored. RETURNING returns the row before triggers change it. If there may be
 * such a change, the clause returns the row's key, and the row is read by it.
 * https://www.sqlite.org/lang_returning.html#limitations_and_caveats
 */
export interface Returning {
  /** The RETURNING clause. */
  readonly clause: string;
  /** Returns the JSON of the row; `null` if a trigger removed it or changed its key. @throws RowhouseError `conflict` if it is too large. */
  readonly rowJson: (returned: readonly SqliteValue[]) => string;
}

/** @param settled whether no foreign key changes the row afterwards. */
export function returningRow(database: RecordDatabase, table: RecordTable, settled: boolean): Returning {
  // A view has no key to read a row by.
  const place = table.order;
  if (place === null || (settled && !table.hasTriggers)) {
    return { clause: `RETURNING ${rowJsonColumns(table.columns)}`, rowJson: joinRowJson };
  }
  return {
    clause: `RETURNING ${placeColumns(place)}`,
    rowJson: (returned) => rowAt(database, table, placeIn(place, returned)),
  };
}

/** Returns the JSON of the row that is there now; `null` if there is none. @throws RowhouseError `conflict` if it is too large. */
export function rowAt(database: RecordDatabase, table: RecordTable, place: RowPlace): string {
  const rowJson = findRow(database, table, place);
  if (rowJson !== null) return rowJson;
  if (hasRow(database, table, place)) throw rowTooLarge();
  return 'null';
}
