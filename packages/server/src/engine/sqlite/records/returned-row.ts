import { rowTooLarge } from '../rows/read-errors.ts';
import type { RecordDatabase } from '../rows/record-database.ts';
import type { RecordTable } from '../rows/record-table.ts';
import { joinRowJson, rowJsonColumns } from '../rows/row-json.ts';
import type { SqliteValue } from '../values/record-value.ts';
import { findRow, hasRow } from './get-record.ts';
import { movedLocator, locatorColumns, locatorIn, type RowLocator } from './keys/row-locator.ts';

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

/** A function takes 1,000 arguments, and a move has four for each column. https://www.sqlite.org/limits.html#max_function_arg */
const MAX_WATCHED_COLUMNS = 250;

/** @param settled whether no foreign key changes the row afterwards. */
export function returningRow(database: RecordDatabase, table: RecordTable, settled: boolean): Returning {
  // A view has no key to read a row by.
  const columns = table.order;
  if (columns === null || (settled && !table.hasTriggers)) {
    return { clause: `RETURNING ${rowJsonColumns(table.answered)}`, rowJson: joinRowJson };
  }
  const { moves } = database;
  const isWatched = table.hasTriggers && columns.length <= MAX_WATCHED_COLUMNS;
  if (isWatched) {
    const [before, after] = [locatorColumns(columns, 'OLD'), locatorColumns(columns, 'NEW')];
    moves.start({ table: table.quoted, before, after });
  }
  return {
    clause: `RETURNING ${locatorColumns(columns)}`,
    rowJson: (returned) => {
      const written = locatorIn(columns, returned);
      return rowAt(database, table, isWatched ? movedLocator(written, moves.moves) : written);
    },
  };
}

/** Returns the JSON of the row that is there now; `null` if there is none. @throws RowhouseError `conflict` if it is too large. */
export function rowAt(database: RecordDatabase, table: RecordTable, locator: RowLocator): string {
  const rowJson = findRow(database, table, locator);
  if (rowJson !== null) return rowJson;
  if (hasRow(database, table, locator)) throw rowTooLarge();
  return 'null';
}
