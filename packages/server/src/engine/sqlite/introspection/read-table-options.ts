import type { DatabaseSync } from 'node:sqlite';

import { queryRows } from './query-rows.ts';

export interface TableOptions {
  readonly strict: boolean;
  readonly withoutRowid: boolean;
}

/** Only the tables that have an option. https://www.sqlite.org/pragma.html#pragma_table_list */
export function readTableOptions(database: DatabaseSync): ReadonlyMap<string, TableOptions> {
  const rows = queryRows<[string, number, number]>(
    database,
    "SELECT name, strict, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND (strict OR wr)",
  );
  return new Map(
    rows.map(([name, strict, withoutRowid]) => [
      name,
      { strict: strict === 1, withoutRowid: withoutRowid === 1 },
    ]),
  );
}
