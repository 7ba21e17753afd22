import type { DatabaseSync } from 'node:sqlite';

/** A view, a trigger or an index: objects of the schema that depend on tables. */
export interface DependentObject {
  readonly kind: 'view' | 'trigger' | 'index';
  readonly name: string;
}

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

/** Removes objects from the schema, without their content, in a savepoint that is rolled back. A view's triggers are removed with it. */
export function removeStoredObjects(database: DatabaseSync, objects: readonly DependentObject[]): void {
  writingSchema(database, () => {
    const remove = database.prepare(
      `DELETE FROM main.sqlite_schema WHERE (type = ?1 AND name = ?2)
       OR (?1 = 'view' AND type = 'trigger' AND tbl_name = ?2 COLLATE NOCASE)`,
    );
    for (const { kind, name } of objects) remove.run(kind, name);
  });
}

/** Reads the schema again, after a rollback of such a removal, which SQLite does not notice. */
export function readSchemaAgain(database: DatabaseSync): void {
  database.exec('PRAGMA writable_schema = RESET');
}

/** Only here, and only for these statements, is the connection not defensive. https://www.sqlite.org/pragma.html#pragma_writable_schema */
function writingSchema(database: DatabaseSync, write: () => void): void {
  database.enableDefensive(false);
  try {
    database.exec('PRAGMA writable_schema = ON');
    write();
  } finally {
    readSchemaAgain(database);
    database.enableDefensive(true);
  }
}
