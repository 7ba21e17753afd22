import type { DatabaseSync } from 'node:sqlite';

import type { SqliteValue } from '../values/record-value.ts';

/** The name of the SQL function that receives the conflicting row's key and whether to update the row. */
export const UPSERT_PROBE = 'rowhouse_conflict';

/**
 * Detects the conflicting row of an upsert. SQLite does not report whether it inserted or updated a row, and a query beforehand does not
 * find every conflict: values may be defaults, generated, or equal by the index's collation. SQLite evaluates the WHERE of DO UPDATE for
 * exactly that row. https://www.sqlite.org/lang_upsert.html
 */
export class UpsertProbe {
  #locator: readonly SqliteValue[] | null = null;

  constructor(connection: DatabaseSync) {
    const options = { directOnly: true, useBigIntArguments: true, varargs: true };
    connection.function(UPSERT_PROBE, options, (change, ...locator) => {
      this.#locator = locator;
      return change;
    });
  }

  /** Runs one upsert and returns its result with the key of the conflicting row, or null if it inserted a row. */
  watch<Result>(upsert: () => Result): {
    readonly result: Result;
    readonly locator: readonly SqliteValue[] | null;
  } {
    this.#locator = null;
    const result = upsert();
    return { result, locator: this.#locator };
  }
}
