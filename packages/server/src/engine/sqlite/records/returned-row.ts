import type { RecordDatabase } from '../rows/record-database.ts';
import type { RecordTable } from '../rows/record-table.ts';
import { joinRowJson, rowJsonColumns } from '../rows/row-json.ts';
import type { SqliteValue } from '../values/record-value.ts';
import { findRow } from './get-record.ts';

/**
 * How a statement that writes one row gives the row as it then is. RETURNING gives it as the statement left it, which is
 * not yet what triggers make of it: then it gives the row's place, and the row is read from there.
 * https://www.sqlite.org/lang_returning.html#limitations_and_caveats
 */
export interface Returning {
  /** For SQL. */
  readonly clause: string;
  /** Null where the row that was returned is not there any more: a trigger removed it. */
  readonly rowJson: (returned: readonly SqliteValue[]) => string | null;
}

/** @param settled whether no foreign key changes the row once more. */
export function returningRow(database: RecordDatabase, table: RecordTable, settled: boolean): Returning {
  // A view has no place to read a row from.
  const place = table.order;
  if (place === null || (settled && !table.hasTriggers)) {
    return { clause: `RETURNING ${rowJsonColumns(table.columns)}`, rowJson: joinRowJson };
  }
  return {
    clause: `RETURNING ${place.map(({ quoted }) => quoted).join(', ')}`,
    rowJson: (returned) => findRow(database, table, place, returned),
  };
}
