import type { DatabaseSync } from 'node:sqlite';
import type { StoredObject, StoredSchema } from '../../schema/model.ts';
import { openDatabase } from './open-database.ts';

export interface NamedObject {
  readonly kind: 'table' | 'index';
  readonly name: string;
}

/**
 * The tables and indexes whose text SQLite takes only while `"text"` may be a string: it keeps reading them from the
 * file, but their statements do not load where that is off, as it is in newer builds and in this service.
 * SQLite itself is asked, by compiling each text that has a `"` in an empty scratch database, once with the misfeature
 * off and, where that fails, once with it on. https://www.sqlite.org/quirks.html#double_quoted_string_literals_are_accepted
 */
export function findDoubleQuotedStrings(schema: StoredSchema): readonly NamedObject[] {
  const quotedIndexes = groupByTable(schema.indexes.filter(hasDoubleQuote));
  const suspects = schema.tables.filter(
    (table) => table.kind === 'table' && (hasDoubleQuote(table) || quotedIndexes.has(table.name)),
  );
  if (suspects.length === 0) return [];
  const scratch = {
    off: openDatabase(':memory:', { mode: 'read-write' }),
    on: openDatabase(':memory:', { mode: 'read-write', doubleQuotedStrings: true }),
  };
  try {
    return suspects.flatMap((table) => findInTable(scratch, table, quotedIndexes.get(table.name) ?? []));
  } finally {
    scratch.off.close();
    scratch.on.close();
  }
}

/** The same empty database twice, by whether double-quoted strings are on. */
interface Scratch {
  readonly off: DatabaseSync;
  readonly on: DatabaseSync;
}

function findInTable(
  scratch: Scratch,
  table: StoredObject,
  indexes: readonly StoredObject[],
): readonly NamedObject[] {
  // Compiling is enough, and touches nothing; only an index needs its table to be there.
  if (!compiles(scratch.off, table.sql)) {
    return compiles(scratch.on, table.sql) ? [{ kind: 'table', name: table.name }] : [];
  }
  if (indexes.length === 0) return [];
  const failing = withTable(scratch.off, table, () =>
    indexes.filter((index) => !compiles(scratch.off, index.sql)),
  );
  if (failing.length === 0) return [];
  return withTable(scratch.on, table, () =>
    failing
      .filter((index) => compiles(scratch.on, index.sql))
      .map((index) => ({ kind: 'index', name: index.name })),
  );
}

function withTable<Result>(database: DatabaseSync, table: StoredObject, run: () => Result): Result {
  database.exec('BEGIN');
  try {
    database.prepare(table.sql).run();
    return run();
  } finally {
    database.exec('ROLLBACK');
  }
}

function compiles(database: DatabaseSync, sql: string): boolean {
  try {
    database.prepare(sql);
    return true;
  } catch {
    // The answer of SQLite to the question; what else is wrong with the text shows when double-quoted strings are on.
    return false;
  }
}

function hasDoubleQuote(object: StoredObject): boolean {
  return object.sql.includes('"');
}

function groupByTable(objects: readonly StoredObject[]): ReadonlyMap<string, readonly StoredObject[]> {
  const groups = new Map<string, StoredObject[]>();
  for (const object of objects) {
    const group = groups.get(object.table);
    if (group === undefined) groups.set(object.table, [object]);
    else group.push(object);
  }
  return groups;
}
