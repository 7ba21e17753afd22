import type { DatabaseSync } from 'node:sqlite';

import { readCreateIndex } from '../../../schema/ddl/create-index.ts';
import { DdlSyntaxError } from '../../../schema/ddl/statement-reader.ts';
import { compareNames } from '../../../schema/identifier.ts';
import type { StoredTable } from '../../../schema/model.ts';
import type { IndexEntry } from '../../project-tables.ts';
import { queryRows } from '../introspection/query-rows.ts';

export interface TableIndex extends IndexEntry {
  /** As in `columns`, but null for an expression or the rowid. */
  readonly columnNames: readonly (string | null)[];
  /** Null if SQLite created the index for a constraint. */
  readonly sql: string | null;
}

type Row = readonly [
  name: string,
  unique: number,
  origin: 'c' | 'u' | 'pk',
  partial: number,
  column: string | null,
  sql: string | null,
];

/**
 * The indexes of one table, sorted by name, including those that SQLite created for constraints.
 * https://www.sqlite.org/pragma.html#pragma_index_list, https://www.sqlite.org/pragma.html#pragma_index_xinfo
 */
export function indexesOf(database: DatabaseSync, table: StoredTable): readonly TableIndex[] {
  if (table.kind === 'virtual') return [];
  const rows = queryRows<Row>(
    database,
    `SELECT l.name, l."unique", l.origin, l.partial, x.name, m.sql
     FROM pragma_index_list(?1, 'main') l JOIN pragma_index_xinfo(l.name, 'main') x
     LEFT JOIN main.sqlite_schema m ON m.type = 'index' AND m.name = l.name
     WHERE x.key ORDER BY l.name, x.seqno`,
    [table.name],
  );
  const groups = [...Map.groupBy(rows, ([name]) => name).values()];
  return groups.map(indexOf).toSorted((a, b) => compareNames(a.name, b.name));
}

function indexOf(rows: readonly Row[]): TableIndex {
  const [name = '', unique = 0, origin = 'c', partial = 0, , sql = null] = rows[0] ?? [];
  const expressions = sql === null ? [] : expressionsOf(sql);
  const columnNames = rows.map(([, , , , column]) => column);
  const columns = columnNames.map((column, position) => column ?? expressions[position] ?? '');
  return { name, unique: unique === 1, origin, partial: partial === 1, columns, columnNames, sql };
}

function expressionsOf(sql: string): readonly string[] {
  try {
    return readCreateIndex(sql).terms.map(({ expression }) => expression);
  } catch (error) {
    if (!(error instanceof DdlSyntaxError)) throw error;
    return [];
  }
}
