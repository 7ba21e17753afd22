import type { DatabaseSync } from 'node:sqlite';

import { readCreateIndex } from '../../../schema/ddl/create-index.ts';
import { DdlSyntaxError } from '../../../schema/ddl/statement-reader.ts';
import { compareNames } from '../../../schema/identifier.ts';
import type { StoredTable } from '../../../schema/model.ts';
import type { IndexEntry } from '../../project-tables.ts';
import { type IndexFacts, readIndexes } from '../introspection/index-facts.ts';
import { queryRows } from '../introspection/query-rows.ts';

export interface TableIndex extends IndexEntry {
  /** As in `columns`, but null for an expression or the rowid. */
  readonly columnNames: readonly (string | null)[];
  /** Null if SQLite created the index for a constraint. */
  readonly sql: string | null;
}

/** Returns the indexes of one table, sorted by name, also those that SQLite created for a constraint. */
export function indexesOf(database: DatabaseSync, { name, kind }: StoredTable): readonly TableIndex[] {
  if (kind === 'virtual') return [];
  const texts = textsOf(database, name);
  const indexes = readIndexes(database, name).map((facts) => indexOf(facts, texts.get(facts.name) ?? null));
  return indexes.toSorted((a, b) => compareNames(a.name, b.name));
}

function textsOf(database: DatabaseSync, table: string): ReadonlyMap<string, string | null> {
  const sql = "SELECT name, sql FROM main.sqlite_schema WHERE type = 'index' AND tbl_name = ? COLLATE NOCASE";
  return new Map(queryRows<[string, string | null]>(database, sql, [table]));
}

function indexOf({ name, unique, origin, partial, terms }: IndexFacts, sql: string | null): TableIndex {
  const expressions = sql === null ? [] : expressionsOf(sql);
  const columnNames = terms.map(({ column }) => column);
  const columns = columnNames.map((column, position) => column ?? expressions[position] ?? '');
  return { name, unique, origin, partial, columns, columnNames, sql };
}

function expressionsOf(sql: string): readonly string[] {
  try {
    return readCreateIndex(sql).terms.map(({ expression }) => expression);
  } catch (error) {
    if (!(error instanceof DdlSyntaxError)) throw error;
    return [];
  }
}
