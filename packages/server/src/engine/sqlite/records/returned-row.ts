import type { RecordDatabase } from '../rows/record-database.ts';
import type { RecordTable } from '../rows/record-table.ts';
import { joinRowJson, rowJsonColumns } from '../rows/row-json.ts';
import type { SqliteValue } from '../values/record-value.ts';
import { findRow } from './get-record.ts';

/**
 * How a statement that writes one row returns the row as stored. RETURNING returns the row before triggers change it. If there may be
 * such a change, the clause returns the row's key, and the row is read by it.
 * https://www.sqlite.org/lang_returning.html#limitations_and_caveats
 */
export interface Returning {
  /** The RETURNING clause. */
  readonly clause: string;
  /** Null if the row no longer exists because a trigger removed it. */
  readonly rowJson: (returned: readonly SqliteValue[]) => string | null;
}

/** @param settled whether no foreign key changes the row afterwards. */
export function returningRow(database: RecordDatabase, table: RecordTable, settled: boolean): Returning {
  // A view has no key to read a row by.
  const place = table.order;
  if (place === null || (settled && !table.hasTriggers)) {
    return { clause: `RETURNING ${rowJsonColumns(table.columns)}`, rowJson: joinRowJson };
  }
  return {
    clause: `RETURNING ${place.map(({ quoted }) => quoted).join(', ')}`,
    rowJson: (returned) => findRow(database, table, place, returned),
  };
}
