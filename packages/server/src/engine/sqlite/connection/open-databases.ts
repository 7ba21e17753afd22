import { statSync } from 'node:fs';

import { type OpenDatabase, openDatabase, type OpenDatabaseOptions } from './open-database.ts';

/** The open connections of one thread, at most `limit`. Opening another closes the least recently used. */
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

  /** @throws SQLite's or the file system's error if there is no database at `path` or it cannot be opened. */
  get(path: string): OpenDatabase {
    const open = this.#open.get(path);
    if (open !== undefined) return this.#use(path, open);
    // Opening a missing file for writing would create it.
    if (this.#options.mode === 'read-write') statSync(path);
    return this.#use(path, openDatabase(path, this.#options));
  }

  /** Creates a database and returns its connection. */
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

  /** Moves the connection to the end. */
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
