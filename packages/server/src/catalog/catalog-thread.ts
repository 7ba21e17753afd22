import { DatabaseSync } from 'node:sqlite';
import { workerData } from 'node:worker_threads';

import { serveRpc } from '../runtime/threads/serve-rpc.ts';
import type { CatalogMethods, CatalogThreadStart } from './catalog-methods.ts';

const { path } = workerData as CatalogThreadStart;
/** The first statement opens the database, so a file that cannot be opened fails that statement with its cause. */
let database: DatabaseSync | null = null;

serveRpc<CatalogMethods>({ execute, rollback }, () => database?.close());

/**
 * EXCLUSIVE keeps the file locked while the process lives, so a second server cannot use the same data folder. The system
 * releases the lock when the process dies. https://www.sqlite.org/pragma.html#pragma_locking_mode
 */
function openCatalogDatabase(): DatabaseSync {
  const opened = new DatabaseSync(path, { enableForeignKeyConstraints: true, defensive: true });
  try {
    opened.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    return opened;
  } catch (error) {
    opened.close();
    throw error;
  }
}

/** The catalog has few different statements, so the cost of preparing them in node:sqlite does not matter. */
function execute({
  sql,
  parameters,
}: CatalogMethods['execute']['input']): CatalogMethods['execute']['output'] {
  database ??= openCatalogDatabase();
  const statement = database.prepare(sql);
  if (statement.columns().length > 0) {
    return { rows: statement.all(...parameters), changes: 0 };
  }
  return { rows: [], changes: Number(statement.run(...parameters).changes) };
}

/** https://www.sqlite.org/lang_transaction.html#response_to_errors_within_a_transaction */
function rollback(): void {
  if (database?.isTransaction) database.exec('ROLLBACK');
}
