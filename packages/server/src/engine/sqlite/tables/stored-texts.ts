import type { DatabaseSync } from 'node:sqlite';

import type { DependentObject } from './broken-objects.ts';

export interface StoredText {
  readonly kind: DependentObject['kind'] | 'table';
  readonly name: string;
  readonly sql: string;
}

/**
 * Writes texts into sqlite_schema, for objects that SQLite cannot create again, because their own text does not compile. An object that
 * no longer exists is ignored. Each text must describe what the file holds; otherwise a table or an index is damaged.
 */
export function writeStoredTexts(database: DatabaseSync, objects: readonly StoredText[]): void {
  writingSchema(database, () => {
    const write = database.prepare('UPDATE main.sqlite_schema SET sql = ? WHERE type = ? AND name = ?');
    for (const { kind, name, sql } of objects) write.run(sql, kind, name);
  });
}

/** Removes a virtual table that SQLite cannot drop, because its module is missing. The tables of the module stay. */
export function removeStoredTable(database: DatabaseSync, name: string): void {
  writingSchema(database, () => {
    const sql =
      "DELETE FROM main.sqlite_schema WHERE type = 'table' AND coalesce(rootpage, 0) = 0 AND name = ?";
    database.prepare(sql).run(name);
  });
}

/** Only here, and only for these statements, is the connection not defensive. https://www.sqlite.org/pragma.html#pragma_writable_schema */
function writingSchema(database: DatabaseSync, write: () => void): void {
  database.enableDefensive(false);
  try {
    database.exec('PRAGMA writable_schema = ON');
    write();
  } finally {
    // Reads the schema again.
    database.exec('PRAGMA writable_schema = RESET');
    database.enableDefensive(true);
  }
}
