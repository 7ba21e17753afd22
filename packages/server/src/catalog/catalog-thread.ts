import { DatabaseSync } from 'node:sqlite';
import { workerData } from 'node:worker_threads';

import { serveRpc } from '../runtime/threads/serve-rpc.ts';
import type { CatalogMethods, CatalogThreadStart } from './catalog-methods.ts';

const { path } = workerData as CatalogThreadStart;
/** Opened by the first statement, so that a file that cannot be opened fails that statement and says why. */
let database: DatabaseSync | null = null;

serveRpc<CatalogMethods>({ execute, rollback }, () => database?.close());

/**
 * EXCLUSIVE keeps the file locked for as long as the process lives, so that no second server works on the same data
 * folder; the system frees it when the process dies. https://www.sqlite.org/pragma.html#pragma_locking_mode
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

/** The catalog's statements are few and the same ones each time, so node:sqlite's cost of preparing them does not matter. */
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
