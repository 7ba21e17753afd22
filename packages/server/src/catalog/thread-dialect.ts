import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteDialect,
  type SqliteDatabase,
} from 'kysely';

import { explainStorageError } from '../runtime/disk/explain-storage-error.ts';
import type { ResourcePool } from '../runtime/resource-pool.ts';
import type { Thread } from '../runtime/threads/thread.ts';
import type { CatalogMethods, SqlValue } from './catalog-methods.ts';

/** Queries and transactions wait here for the single connection. */
export type CatalogQueue = ResourcePool<'connection'>;

/** Kysely's SQLite dialect. The catalog thread executes the statements. */
export class ThreadDialect extends SqliteDialect {
  readonly #thread: Thread<CatalogMethods>;
  readonly #queue: CatalogQueue;

  constructor(thread: Thread<CatalogMethods>, queue: CatalogQueue) {
    super({ database: refuseToOpen });
    this.#thread = thread;
    this.#queue = queue;
  }

  override createDriver(): Driver {
    return new ThreadDriver(this.#thread, this.#queue);
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalAdapter();
  }
}

/** SQLite can roll back CREATE and ALTER, so a migration that a crash interrupts has no effect. */
class TransactionalAdapter extends SqliteAdapter {
  /** Makes Kysely wait for the single connection in our queue, which counts the waiting. */
  override get supportsMultipleConnections(): boolean {
    return true;
  }

  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

function refuseToOpen(): Promise<SqliteDatabase> {
  return Promise.reject(new Error('the catalog thread opens the catalog'));
}

class ThreadDriver implements Driver {
  readonly #thread: Thread<CatalogMethods>;
  readonly #connection: ThreadConnection;
  readonly #queue: CatalogQueue;

  constructor(thread: Thread<CatalogMethods>, queue: CatalogQueue) {
    this.#thread = thread;
    this.#queue = queue;
    this.#connection = new ThreadConnection(thread);
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    await this.#queue.acquire();
    return this.#connection;
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('BEGIN IMMEDIATE'));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('COMMIT'));
  }

  async rollbackTransaction(): Promise<void> {
    await this.#thread.request('rollback', undefined);
  }

  async releaseConnection(): Promise<void> {
    this.#queue.release('connection');
  }

  async destroy(): Promise<void> {
    await this.#thread.close();
  }
}

class ThreadConnection implements DatabaseConnection {
  readonly #thread: Thread<CatalogMethods>;

  constructor(thread: Thread<CatalogMethods>) {
    this.#thread = thread;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const statement = { sql: query.sql, parameters: query.parameters as readonly SqlValue[] };
    try {
      const { rows, changes } = await this.#thread.request('execute', statement);
      return { rows: rows as R[], numAffectedRows: BigInt(changes) };
    } catch (error) {
      throw explainStorageError(error);
    }
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('the catalog does not stream results');
  }
}
