import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteDialect,
  type SqliteDatabase,
} from 'kysely';

import { explainStorageFault } from '../storage/explain-storage-fault.ts';
import type { Thread } from '../threads/thread.ts';
import type { CatalogOperations, SqlValue } from './catalog-operations.ts';

/** Kysely's SQLite dialect, with the statements executed on the catalog's thread. */
export class ThreadDialect extends SqliteDialect {
  readonly #thread: Thread<CatalogOperations>;

  constructor(thread: Thread<CatalogOperations>) {
    super({ database: neverOpenedHere });
    this.#thread = thread;
  }

  override createDriver(): Driver {
    return new ThreadDriver(this.#thread);
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalAdapter();
  }
}

/** SQLite rolls CREATE and ALTER back like anything else, so that a migration that a crash cuts short leaves no half. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

function neverOpenedHere(): Promise<SqliteDatabase> {
  return Promise.reject(new Error('the catalog is opened by its thread'));
}

/** One connection, which Kysely lends to one query or transaction at a time. */
class ThreadDriver implements Driver {
  readonly #thread: Thread<CatalogOperations>;
  readonly #connection: ThreadConnection;

  constructor(thread: Thread<CatalogOperations>) {
    this.#thread = thread;
    this.#connection = new ThreadConnection(thread);
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
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

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {
    await this.#thread.close();
  }
}

class ThreadConnection implements DatabaseConnection {
  readonly #thread: Thread<CatalogOperations>;

  constructor(thread: Thread<CatalogOperations>) {
    this.#thread = thread;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const statement = { sql: query.sql, parameters: query.parameters as readonly SqlValue[] };
    try {
      const { rows, changes } = await this.#thread.request('execute', statement);
      return { rows: rows as R[], numAffectedRows: BigInt(changes) };
    } catch (error) {
      throw explainStorageFault(error);
    }
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('the catalog’s answers are small; none is streamed');
  }
}
