import type { DatabaseSync } from 'node:sqlite';

import type { SqliteValue } from '../values/record-value.ts';

/** For SQL: the name of a function that is told whether to change a row that is in the way, and what the row's place is. */
export const UPSERT_PROBE = 'rowhouse_conflict';

/**
 * Sees which row was in the way of an upsert. SQLite does not say whether it stored a row or changed one, and no look
 * beforehand finds every row that a UNIQUE constraint does: values may come from defaults, be generated, or be equal by a
 * collation of the index's own. But the WHERE of DO UPDATE is asked about just that row.
 * https://www.sqlite.org/lang_upsert.html
 */
export class UpsertProbe {
  #place: readonly SqliteValue[] | null = null;

  constructor(connection: DatabaseSync) {
    const options = { directOnly: true, useBigIntArguments: true, varargs: true };
    connection.function(UPSERT_PROBE, options, (change, ...place) => {
      this.#place = place;
      return change;
    });
  }

  /** Runs one upsert, and gives with its result the place of the row that was in its way; null where there was none. */
  watch<Result>(upsert: () => Result): {
    readonly result: Result;
    readonly place: readonly SqliteValue[] | null;
  } {
    this.#place = null;
    const result = upsert();
    return { result, place: this.#place };
  }
}
