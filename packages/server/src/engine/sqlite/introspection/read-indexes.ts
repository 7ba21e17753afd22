import type { DatabaseSync } from 'node:sqlite';

import { type IndexText, readCreateIndex } from '../../../schema/ddl/create-index.ts';
import { compareNames } from '../../../schema/identifier.ts';
import type { Index, IndexTerm, StoredObject } from '../../../schema/model.ts';
import { groupRows } from './group-rows.ts';
import { queryRows } from './query-rows.ts';
import type { UnreadObjects } from './unread-objects.ts';

type IndexRow = readonly [
  index: string,
  table: string,
  unique: number,
  origin: 'c' | 'u' | 'pk',
  partial: number,
  columnId: number,
  column: string | null,
  descending: number,
  collation: string,
];

/**
 * The indexes of all tables by the table's name, sorted by name, those that SQLite made for a constraint included.
 * https://www.sqlite.org/pragma.html#pragma_index_list, https://www.sqlite.org/pragma.html#pragma_index_xinfo
 */
export function readIndexes(
  database: DatabaseSync,
  stored: readonly StoredObject[],
  unread: UnreadObjects,
): ReadonlyMap<string, readonly Index[]> {
  const rows = queryRows<IndexRow>(
    database,
    `SELECT l.name, m.name, l."unique", l.origin, l.partial, x.cid, x.name, x."desc", x.coll
     FROM main.sqlite_schema m
     JOIN pragma_index_list(m.name, 'main') l
     JOIN pragma_index_xinfo(l.name, 'main') x
     WHERE m.type = 'table' AND m.rootpage > 0 AND x.key ORDER BY l.name, x.seqno`,
  );
  const texts = new Map(stored.map((index) => [index.name, index.sql]));
  const indexes = new Map<string, Index[]>();
  for (const [name, indexRows] of groupRows(rows)) {
    const table = indexRows[0]?.[1] ?? '';
    const index = readIndex(name, indexRows, texts.get(name) ?? null, unread);
    const others = indexes.get(table);
    if (others === undefined) indexes.set(table, [index]);
    else others.push(index);
  }
  for (const list of indexes.values()) list.sort((a, b) => compareNames(a.name, b.name));
  return indexes;
}

const ORIGINS = { c: 'create', u: 'unique', pk: 'primary_key' } as const;

function readIndex(
  name: string,
  rows: readonly IndexRow[],
  sql: string | null,
  unread: UnreadObjects,
): Index {
  const text = sql === null ? null : readText(name, sql, rows, unread);
  const [, , unique = 0, origin = 'c'] = rows[0] ?? [];
  return {
    name,
    unique: unique === 1,
    origin: ORIGINS[origin],
    columns: rows.map((row, position) => termOf(row, text?.terms[position]?.expression ?? null)),
    where: text?.where ?? null,
    sql,
  };
}

function readText(
  name: string,
  sql: string,
  rows: readonly IndexRow[],
  unread: UnreadObjects,
): IndexText | null {
  const text = unread.attempt('index', name, () => readCreateIndex(sql));
  if (text === null) return null;
  const partial = rows[0]?.[4] === 1;
  const agrees =
    text.terms.length === rows.length &&
    (text.where !== null) === partial &&
    text.terms.every((term, position) => (term.order === 'DESC') === (rows[position]?.[7] === 1));
  if (agrees) return text;
  unread.add('index', name, 'the terms of its SQL text differ from those that SQLite reports');
  return null;
}

function termOf(row: IndexRow, expression: string | null): IndexTerm {
  const [, , , , , columnId, column, descending, collation] = row;
  const order = descending === 1 ? 'DESC' : 'ASC';
  if (column !== null) return { kind: 'column', name: column, order, collation };
  return columnId === ROWID_TERM
    ? { kind: 'rowid', order, collation }
    : { kind: 'expression', expression, order, collation };
}

/** https://www.sqlite.org/pragma.html#pragma_index_xinfo; an expression has -2. */
const ROWID_TERM = -1;
