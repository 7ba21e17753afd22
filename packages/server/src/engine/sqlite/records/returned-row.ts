import { rowTooLarge } from '../rows/read-fault.ts';
import type { RecordDatabase } from '../rows/record-database.ts';
import type { RecordTable } from '../rows/record-table.ts';
import { joinRowJson, rowJsonColumns } from '../rows/row-json.ts';
import type { SqliteValue } from '../values/record-value.ts';
import { findRow, hasRow } from './get-record.ts';
import { movedPlace, placeColumns, placeIn, type RowPlace } from './keys/row-place.ts';

/**
 * How a statement that writes one row returns the row as stored. RETURNING returns the row before triggers change it. If there may be
 * such a change, the clause returns the row's key, and the row is read by it.
 * https://www.sqlite.org/lang_returning.html#limitations_and_caveats
 */
export interface Returning {
  /** The RETURNING clause. */
  readonly clause: string;
  /** Returns the JSON of the row; `null` if a trigger removed it. @throws RowhouseError `conflict` if it is too large. */
  readonly rowJson: (returned: readonly SqliteValue[]) => string;
}

/** @param settled whether no foreign key changes the row afterwards. */
export function returningRow(database: RecordDatabase, table: RecordTable, settled: boolean): Returning {
  // A view has no key to read a row by.
  const place = table.order;
  if (place === null || (settled && !table.hasTriggers)) {
    return { clause: `RETURNING ${rowJsonColumns(table.columns)}`, rowJson: joinRowJson };
  }
  const { moves } = database;
  if (table.hasTriggers) {
    const [before, after] = [placeColumns(place, 'OLD'), placeColumns(place, 'NEW')];
    moves.start({ table: table.quoted, before, after });
  }
  return {
    clause: `RETURNING ${placeColumns(place)}`,
    rowJson: (returned) => {
      const written = placeIn(place, returned);
      return rowAt(database, table, table.hasTriggers ? movedPlace(written, moves.moves) : written);
    },
  };
}

/** Returns the JSON of the row that is there now; `null` if there is none. @throws RowhouseError `conflict` if it is too large. */
export function rowAt(database: RecordDatabase, table: RecordTable, place: RowPlace): string {
  const rowJson = findRow(database, table, place);
  if (rowJson !== null) return rowJson;
  if (hasRow(database, table, place)) throw rowTooLarge();
  return 'null';
}
