import type { DatabaseSync } from 'node:sqlite';

import type { DependentObject } from './broken-objects.ts';

export interface StoredText extends DependentObject {
  readonly sql: string;
}

/**
 * Writes the texts of views, triggers and indexes into sqlite_schema, for those that SQLite cannot create again: their own text does not
 * compile. An object that no longer exists is ignored. Each text must describe what the file holds, or an index would be damaged.
 * https://www.sqlite.org/pragma.html#pragma_writable_schema
 */
export function writeStoredTexts(database: DatabaseSync, objects: readonly StoredText[]): void {
  // Only here, and only for this statement, is the connection not defensive.
  database.enableDefensive(false);
  try {
    database.exec('PRAGMA writable_schema = ON');
    const write = database.prepare('UPDATE main.sqlite_schema SET sql = ? WHERE type = ? AND name = ?');
    for (const { kind, name, sql } of objects) write.run(sql, kind, name);
  } finally {
    // Reads the schema again.
    database.exec('PRAGMA writable_schema = RESET');
    database.enableDefensive(true);
  }
}
