import type { DatabaseSync, StatementSync } from 'node:sqlite';

import { IDEMPOTENCY_KEPT_MS, type IdempotentRequest } from '../../../core/idempotency.ts';
import type { OpenDatabase } from '../connection/open-database.ts';

/**
 * The results of writes with an `Idempotency-Key`, in the project's own file, so that a result is stored in the transaction of its
 * write. The first such write creates the table; most projects have none.
 */
export const IDEMPOTENCY_TABLE = `
CREATE TABLE IF NOT EXISTS _rowhouse_idempotency (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL,
  scope TEXT NOT NULL,
  request_sha256 TEXT NOT NULL,
  request_id TEXT NOT NULL,
  result TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (key, scope)
) STRICT`;

/**
 * The longest result that is read. The longest that the service stores is that of a batch: 64 Mi characters, whose quotes are escaped in
 * the stored JSON.
 */
const RESULT_MAX_BYTES = 268_435_456;

export interface StoredResult {
  readonly requestSha256: string;
  readonly requestId: string;
  /** JSON; null if it is longer than any result of the service. */
  readonly result: string | null;
}

/** The stored results of one database. Call every method inside a transaction. */
export class IdempotencyStore {
  readonly #makeTable: StatementSync;
  readonly #find: StatementSync;
  readonly #insert: StatementSync;
  readonly #forgetKey: StatementSync;
  readonly #forgetOldest: StatementSync;

  constructor(connection: DatabaseSync) {
    this.#makeTable = connection.prepare(IDEMPOTENCY_TABLE);
    this.#makeTable.run();
    this.#find = connection.prepare(
      `SELECT request_sha256, substr(request_id, 1, 100) AS request_id, created_at,
         iif(octet_length(result) <= ${RESULT_MAX_BYTES}, result, NULL) AS result
       FROM main._rowhouse_idempotency WHERE key = ? AND scope = ?`,
    );
    this.#insert = connection.prepare(
      `INSERT INTO main._rowhouse_idempotency (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)`,
    );
    this.#forgetKey = connection.prepare(
      'DELETE FROM main._rowhouse_idempotency WHERE key = ? AND scope = ?',
    );
    // The oldest rows come first, so no index on the time is needed. Each new result removes up to two expired ones.
    this.#forgetOldest = connection.prepare(
      `DELETE FROM main._rowhouse_idempotency WHERE created_at < ?
       AND id IN (SELECT id FROM main._rowhouse_idempotency ORDER BY id LIMIT 2)`,
    );
  }

  /** Null if the key is new or has expired. */
  find({ key, scope }: IdempotentRequest): StoredResult | null {
    // The transaction that created the table may have been rolled back.
    this.#makeTable.run();
    const row = this.#find.get(key, scope);
    if (row === undefined || Number(row['created_at']) < oldestKept()) return null;
    return {
      requestSha256: String(row['request_sha256']),
      requestId: String(row['request_id']),
      result: row['result'] === null ? null : String(row['result']),
    };
  }

  keep({ key, scope, requestSha256, requestId }: IdempotentRequest, result: string): void {
    this.#forgetOldest.run(oldestKept());
    this.#forgetKey.run(key, scope);
    this.#insert.run(key, scope, requestSha256, requestId, result, Date.now());
  }
}

function oldestKept(): number {
  return Date.now() - IDEMPOTENCY_KEPT_MS;
}

/** The store of this connection. */
export function idempotencyStoreOf(connection: OpenDatabase): IdempotencyStore {
  return connection.keep(IdempotencyStore);
}

/** Copies the stored results of another database, the oldest first. Creates no table for none. Call it inside a transaction. */
export function copyStoredResults(from: DatabaseSync, to: DatabaseSync): void {
  const table = from.prepare("SELECT 1 FROM main.sqlite_schema WHERE name = '_rowhouse_idempotency'").get();
  if (table === undefined) return;
  to.prepare(IDEMPOTENCY_TABLE).run();
  const insert = to.prepare(`INSERT INTO main._rowhouse_idempotency (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)`);
  const kept = from.prepare(`SELECT ${COLUMNS} FROM main._rowhouse_idempotency ORDER BY id`);
  for (const row of kept.iterate()) insert.run(...Object.values(row));
}

const COLUMNS = 'key, scope, request_sha256, request_id, result, created_at';
