import type { DatabaseSync } from 'node:sqlite';

import { queryRows } from './query-rows.ts';

/** A table or view as SQLite reports it. https://www.sqlite.org/pragma.html#pragma_table_list */
export interface TableFacts {
  /** As stored. */
  readonly name: string;
  readonly kind: 'table' | 'virtual' | 'view';
  readonly strict: boolean;
  readonly withoutRowid: boolean;
}

/** Returns the table or view with this name, in any case; null if there is none, or if it belongs to a virtual table. */
export function readTableFacts(database: DatabaseSync, name: string): TableFacts | null {
  const [row] = queryRows<TableRow>(
    database,
    `SELECT name, type, strict, wr FROM pragma_table_list(?) WHERE schema = 'main' AND type <> 'shadow'`,
    [name],
  );
  return row === undefined ? null : factsOf(row);
}

/** Returns the ordinary tables that are STRICT or WITHOUT ROWID, by name. */
export function readTablesWithOptions(database: DatabaseSync): ReadonlyMap<string, TableFacts> {
  const rows = queryRows<TableRow>(
    database,
    "SELECT name, type, strict, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND (strict OR wr)",
  );
  return new Map(rows.map((row) => [row[0], factsOf(row)]));
}

type TableRow = readonly [name: string, type: string, strict: number, withoutRowid: number];

function factsOf([name, type, strict, withoutRowid]: TableRow): TableFacts {
  const kind = type === 'view' || type === 'virtual' ? type : 'table';
  return { name, kind, strict: strict === 1, withoutRowid: withoutRowid === 1 };
}
