import type { DatabaseSync } from 'node:sqlite';

import type { IndexEntry } from '../../project-tables.ts';
import { groupRows } from './group-rows.ts';
import { queryRows } from './query-rows.ts';

/**
 * An index as SQLite reports it, also one that SQLite created for a constraint.
 * https://www.sqlite.org/pragma.html#pragma_index_list, https://www.sqlite.org/pragma.html#pragma_index_xinfo
 */
export interface IndexFacts extends Omit<IndexEntry, 'columns'> {
  readonly table: string;
  readonly terms: readonly IndexTermFacts[];
}

export interface IndexTermFacts {
  readonly kind: 'column' | 'rowid' | 'expression';
  /** Null for the rowid and for an expression. */
  readonly column: string | null;
  readonly descending: boolean;
  readonly collation: string;
}

/** Returns the indexes of one table, in SQLite's order. */
export function readIndexes(database: DatabaseSync, table: string): readonly IndexFacts[] {
  const sql = `SELECT l.name, ?1, ${FIELDS} FROM pragma_index_list(?1, 'main') l
    JOIN pragma_index_xinfo(l.name, 'main') x WHERE x.key ORDER BY l.seq, x.seqno`;
  return indexesOf(queryRows<IndexRow>(database, sql, [table]));
}

/** Returns the indexes of every table, by the name of the table, each table's in SQLite's order. */
export function readAllIndexes(database: DatabaseSync): ReadonlyMap<string, readonly IndexFacts[]> {
  const sql = `SELECT l.name, m.name, ${FIELDS} FROM main.sqlite_schema m
    JOIN pragma_index_list(m.name, 'main') l JOIN pragma_index_xinfo(l.name, 'main') x
    WHERE m.type = 'table' AND m.rootpage > 0 AND x.key ORDER BY m.rowid, l.seq, x.seqno`;
  return Map.groupBy(indexesOf(queryRows<IndexRow>(database, sql)), ({ table }) => table);
}

const FIELDS = 'l."unique", l.origin, l.partial, x.cid, x.name, x."desc", x.coll';

type IndexRow = readonly [
  index: string,
  table: string,
  unique: number,
  origin: IndexEntry['origin'],
  partial: number,
  columnId: number,
  column: string | null,
  descending: number,
  collation: string,
];

function indexesOf(rows: readonly IndexRow[]): readonly IndexFacts[] {
  return [...groupRows(rows)].map(([name, terms]) => {
    const [, table = '', unique, origin = 'c', partial] = terms[0] ?? [];
    return { name, table, unique: unique === 1, origin, partial: partial === 1, terms: terms.map(termOf) };
  });
}

function termOf([, , , , , columnId, column, descending, collation]: IndexRow): IndexTermFacts {
  const kind = column !== null ? 'column' : columnId === ROWID ? 'rowid' : 'expression';
  return { kind, column, descending: descending === 1, collation };
}

/** The column id of the rowid; an expression has -2. */
const ROWID = -1;
