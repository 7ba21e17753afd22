import type { DatabaseSync } from 'node:sqlite';

import { quoteIdentifier } from '../../../schema/identifier.ts';
import type { StoredSchema, ViewColumn, VirtualColumn } from '../../../schema/model.ts';
import { type ColumnFacts, readColumns, readColumnsWhere } from './column-facts.ts';

/** The columns that SQLite finds only by compiling a view or by calling a module; null if that fails. */
export interface OpenColumns {
  ofView(name: string): readonly ViewColumn[] | null;
  ofVirtualTable(name: string): readonly VirtualColumn[] | null;
}

/** One query reads the columns of all views, and another those of all virtual tables. */
export function readOpenColumns(database: DatabaseSync, stored: StoredSchema): OpenColumns {
  const virtualTables = stored.tables.filter((table) => table.kind === 'virtual');
  const views = readTogether(database, "m.type = 'view'", stored.views);
  const tables = readTogether(database, "m.type = 'table' AND coalesce(m.rootpage, 0) = 0", virtualTables);
  return {
    ofView: (name) => views.get(name)?.map(viewColumn) ?? null,
    ofVirtualTable: (name) => tables.get(name)?.map(virtualColumn) ?? null,
  };
}

/** A broken view fails the query for all. Then each is read alone, and only the broken ones are missing. */
function readTogether(
  database: DatabaseSync,
  condition: string,
  objects: readonly { readonly name: string }[],
): ReadonlyMap<string, readonly ColumnFacts[]> {
  if (objects.length === 0) return new Map();
  const together = attempt(() => readColumnsWhere(database, condition));
  if (together !== null) return together;
  const alone = objects.map(({ name }) => [name, readColumnsOrNull(database, name)] as const);
  return new Map(alone.flatMap(([name, columns]) => (columns === null ? [] : [[name, columns]])));
}

/** Returns the columns of one table or view; null if SQLite cannot read them. */
export function readColumnsOrNull(database: DatabaseSync, name: string): readonly ColumnFacts[] | null {
  return attempt(() => readColumns(database, name));
}

/** A statement for a table with the columns of another table or view; null if those cannot be read. */
export function emptyTable(database: DatabaseSync, name: string): string | null {
  const columns = readColumnsOrNull(database, name) ?? [];
  if (columns.length === 0) return null;
  return `CREATE TABLE ${quoteIdentifier(name)} (${columns.map((column) => quoteIdentifier(column.name)).join(', ')})`;
}

function attempt<Result>(read: () => Result): Result | null {
  try {
    return read();
  } catch {
    // A broken view or a missing module is no fault of the schema around it.
    return null;
  }
}

function viewColumn({ name, declaredType }: ColumnFacts): ViewColumn {
  return { name, declaredType };
}

function virtualColumn({ name, declaredType, hidden }: ColumnFacts): VirtualColumn {
  return { name, declaredType, hidden };
}
