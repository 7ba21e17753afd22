import { type DatabaseLimits, DatabaseSync } from 'node:sqlite';

const BUSY_TIMEOUT_MS = 5_000;

/**
 * What a write-ahead log keeps on the disk once its content is in the database: a change of a large table makes it as large.
 * https://www.sqlite.org/pragma.html#pragma_journal_size_limit
 */
const LOG_MAX_BYTES = 16 * 1024 * 1024;

export interface OpenDatabaseOptions {
  readonly mode: 'read-only' | 'read-write';
  /**
   * Whether `"text"` that names no column is read as a string, a misfeature that old databases rely on. Off where
   * nothing depends on it. https://www.sqlite.org/quirks.html#double_quoted_string_literals_are_accepted
   */
  readonly doubleQuotedStrings?: boolean;
  /** Those of SQLite's limits that are to be lower than its own. https://www.sqlite.org/c3ref/c_limit_attached.html */
  readonly limits?: Partial<DatabaseLimits>;
  /** How long the connection waits for another process's lock on the file before it gives up. */
  readonly busyTimeoutMs?: number;
  /**
   * Whether the connection keeps every lock that it takes, until it is closed. Set before the first read, so that the index of the
   * write-ahead log is in memory and no other connection can join. https://www.sqlite.org/wal.html#use_of_wal_without_shared_memory
   */
  readonly keepsLocks?: boolean;
}

/**
 * Opens a file (or `:memory:`) that nobody here vouches for: defensive, so that no SQL can corrupt the file; schema
 * not trusted, so that its views and triggers can call no function with side effects; no extension loading.
 * https://www.sqlite.org/security.html
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
    return database;
  } catch (error) {
    // A connection that nobody closes keeps its file, and may keep a lock on it.
    database.close();
    throw error;
  }
}

function setUp(database: DatabaseSync, { mode, keepsLocks }: OpenDatabaseOptions): void {
  if (keepsLocks === true) database.exec('PRAGMA locking_mode = EXCLUSIVE');
  database.exec('PRAGMA trusted_schema = OFF');
  // What is committed is on the disk, also when the power fails. https://www.sqlite.org/pragma.html#pragma_synchronous
  if (mode === 'read-write') {
    database.exec(`PRAGMA synchronous = FULL; PRAGMA journal_size_limit = ${LOG_MAX_BYTES}`);
  }
}

/**
 * A connection that owns what is kept for as long as it is open: prepared statements, what is known of its tables. A statement
 * of `node:sqlite` keeps its connection alive, so whatever holds statements by connection, a WeakMap too, would hold both
 * for ever. Here both go when the connection is closed, however that is done.
 */
export class OpenDatabase extends DatabaseSync {
  readonly #kept = new Map<new (database: OpenDatabase) => object, object>();

  /** Returns the connection's only instance of the class, which the first call makes. */
  keep<Kept extends object>(Kind: new (database: OpenDatabase) => Kept): Kept {
    const kept = this.#kept.get(Kind);
    if (kept instanceof Kind) return kept;
    const made = new Kind(this);
    this.#kept.set(Kind, made);
    return made;
  }

  override close(): void {
    this.#kept.clear();
    super.close();
  }

  override [Symbol.dispose](): void {
    if (this.isOpen) this.close();
  }
}
