import { statSync } from 'node:fs';

import { type OpenDatabase, openDatabase, type OpenDatabaseOptions } from './open-database.ts';

/**
 * The connections of one thread, at most `limit` of them: the least recently used is closed to make room, so that ten
 * thousand projects need neither ten thousand file handles nor their memory.
 */
export class OpenDatabases {
  readonly #limit: number;
  readonly #options: OpenDatabaseOptions;
  /** By path, the least recently used first: a Map keeps the order of insertion. */
  readonly #open = new Map<string, OpenDatabase>();

  constructor(limit: number, options: OpenDatabaseOptions) {
    this.#limit = limit;
    this.#options = options;
  }

  get size(): number {
    return this.#open.size;
  }

  /** @throws SQLite's error, or the file system's, when there is no database at `path` or it cannot be opened. */
  get(path: string): OpenDatabase {
    const open = this.#open.get(path);
    if (open !== undefined) return this.#use(path, open);
    // To open it for writing would make a file where there is none.
    if (this.#options.mode === 'read-write') statSync(path);
    return this.#use(path, openDatabase(path, this.#options));
  }

  /** The connection to a database that is made by this. */
  create(path: string): OpenDatabase {
    return this.#use(path, openDatabase(path, this.#options));
  }

  close(path: string): void {
    this.#open.get(path)?.close();
    this.#open.delete(path);
  }

  closeAll(): void {
    for (const database of this.#open.values()) database.close();
    this.#open.clear();
  }

  /** The one used last stands last. */
  #use(path: string, database: OpenDatabase): OpenDatabase {
    this.#open.delete(path);
    this.#open.set(path, database);
    if (this.#open.size > this.#limit) this.#closeLeastRecent();
    return database;
  }

  #closeLeastRecent(): void {
    const [oldest] = this.#open.keys();
    if (oldest !== undefined) this.close(oldest);
  }
}
