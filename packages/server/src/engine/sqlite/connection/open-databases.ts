import { statSync } from 'node:fs';

import { LruMap } from '../../../runtime/lru-map.ts';
import { type OpenDatabase, openDatabase, type OpenDatabaseOptions } from './open-database.ts';

/**
 * The open connections of one thread. The least recently used is closed to make room, so ten thousand projects need neither
 * ten thousand file handles nor their memory.
 */
export class OpenDatabases {
  readonly #options: OpenDatabaseOptions;
  /** By path. */
  readonly #open: LruMap<string, OpenDatabase>;

  /** @param limit the maximum number of open connections. */
  constructor(limit: number, options: OpenDatabaseOptions) {
    this.#options = options;
    this.#open = new LruMap({ capacity: limit, onEvict: (database) => database.close() });
  }

  get size(): number {
    return this.#open.size;
  }

  /** @throws the error of SQLite or the file system if there is no database at `path` or it cannot be opened. */
  get(path: string): OpenDatabase {
    const open = this.#open.get(path);
    if (open !== undefined) return open;
    // Otherwise, opening for writing would create the file.
    if (this.#options.mode === 'read-write') statSync(path);
    return this.create(path);
  }

  /** Opens the database, and creates it if it does not exist. */
  create(path: string): OpenDatabase {
    const database = openDatabase(path, this.#options);
    this.#open.set(path, database);
    return database;
  }

  close(path: string): void {
    this.#open.peek(path)?.close();
    this.#open.delete(path);
  }

  closeAll(): void {
    for (const database of this.#open.values()) database.close();
    this.#open.clear();
  }
}
