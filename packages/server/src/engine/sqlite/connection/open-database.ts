import { type DatabaseLimits, DatabaseSync } from 'node:sqlite';

const BUSY_TIMEOUT_MS = 5_000;

/**
 * The largest size of a write-ahead log after a checkpoint, in bytes. A change of a large table makes the log as large as the table.
 * https://www.sqlite.org/pragma.html#pragma_journal_size_limit
 */
const LOG_MAX_BYTES = 16 * 1024 * 1024;

export interface OpenDatabaseOptions {
  readonly mode: 'read-only' | 'read-write';
  /**
   * Whether SQLite reads a `"name"` that is no column as a string. Old databases rely on it.
   * https://www.sqlite.org/quirks.html#double_quoted_string_literals_are_accepted
   */
  readonly doubleQuotedStrings?: boolean;
  /** Limits below SQLite's defaults. https://www.sqlite.org/c3ref/c_limit_attached.html */
  readonly limits?: Partial<DatabaseLimits>;
  /** How long the connection waits for a lock of another process, in milliseconds. */
  readonly busyTimeoutMs?: number;
  /**
   * Whether the connection keeps its locks until it is closed. This is set before the first read, so that the index of the write-ahead
   * log is in memory and no other connection can join. https://www.sqlite.org/wal.html#use_of_wal_without_shared_memory
   */
  readonly keepsLocks?: boolean;
  /** Allows or denies each action of a statement while it is compiled; without it, all are allowed. */
  readonly authorizer?: Authorizer;
}

/** https://www.sqlite.org/c3ref/set_authorizer.html */
export type Authorizer = NonNullable<Parameters<DatabaseSync['setAuthorizer']>[0]>;

/**
 * Opens an untrusted file, or `:memory:`. In defensive mode no SQL can corrupt the file; the views and triggers of an untrusted
 * schema cannot call functions with side effects; no extension can be loaded. https://www.sqlite.org/security.html
 */
export function openDatabase(path: string, options: OpenDatabaseOptions): OpenDatabase {
  const database = new OpenDatabase(path, {
    readOnly: options.mode === 'read-only',
    allowExtension: false,
    defensive: true,
    enableDoubleQuotedStringLiterals: options.doubleQuotedStrings ?? false,
    enableForeignKeyConstraints: true,
    timeout: options.busyTimeoutMs ?? BUSY_TIMEOUT_MS,
    limits: options.limits,
  });
  try {
    setUp(database, options);
    if (options.authorizer !== undefined) database.setAuthorizer(options.authorizer);
    return database;
  } catch (error) {
    // An unclosed connection keeps its file open and may keep a lock on it.
    database.close();
    throw error;
  }
}

function setUp(database: DatabaseSync, { mode, keepsLocks }: OpenDatabaseOptions): void {
  if (keepsLocks === true) database.exec('PRAGMA locking_mode = EXCLUSIVE');
  database.exec('PRAGMA trusted_schema = OFF');
  // A committed transaction survives a power failure. https://www.sqlite.org/pragma.html#pragma_synchronous
  if (mode === 'read-write') {
    database.exec(`PRAGMA synchronous = FULL; PRAGMA journal_size_limit = ${LOG_MAX_BYTES}`);
  }
}

/**
 * A connection that owns the objects that belong to it, such as prepared statements. A statement of `node:sqlite` keeps its connection
 * alive, so a map of statements by connection, even a WeakMap, would never release either. Closing this connection releases both.
 */
export class OpenDatabase extends DatabaseSync {
  readonly #kept = new Map<new (database: OpenDatabase) => object, object>();
  #authorizer: Authorizer | null = null;

  /** Returns this connection's instance of the class. The first call creates it. */
  keep<Kept extends object>(Kind: new (database: OpenDatabase) => Kept): Kept {
    const kept = this.#kept.get(Kind);
    if (kept instanceof Kind) return kept;
    const made = new Kind(this);
    this.#kept.set(Kind, made);
    return made;
  }

  override setAuthorizer(authorizer: Authorizer | null): void {
    super.setAuthorizer(authorizer);
    this.#authorizer = authorizer;
  }

  /** Runs `work` with another authorizer, and then restores the connection's own. */
  withAuthorizer<Result>(authorizer: Authorizer, work: () => Result): Result {
    super.setAuthorizer(authorizer);
    try {
      return work();
    } finally {
      super.setAuthorizer(this.#authorizer);
    }
  }

  override close(): void {
    this.#kept.clear();
    super.close();
  }

  override [Symbol.dispose](): void {
    if (this.isOpen) this.close();
  }
}
