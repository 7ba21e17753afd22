import { DatabaseSync } from 'node:sqlite';

/** The schema version that this release reads and writes. */
const VERSION = 1;

/** How long a statement waits while another program has the log locked, in milliseconds. */
const LOCK_WAIT_MS = 1_000;

/**
 * Times are in microseconds since 1970, as in request ids. Only `last_activity` is in milliseconds, by the clock of
 * operation runs. A request id is stored as two numbers. Calls are stored in order of their end, and the oldest are removed
 * first.
 */
const SCHEMA = `
  CREATE TABLE requests (
    sequence INTEGER PRIMARY KEY,
    project_id INTEGER,
    started INTEGER NOT NULL,
    random INTEGER NOT NULL,
    token_id INTEGER,
    route INTEGER NOT NULL,
    status INTEGER NOT NULL,
    error_code TEXT,
    duration INTEGER NOT NULL,
    bytes_in INTEGER NOT NULL,
    bytes_out INTEGER NOT NULL,
    operation_key TEXT,
    run INTEGER,
    trace_id BLOB
  ) STRICT;
  CREATE INDEX requests_of_project ON requests (project_id, started, random);
  CREATE INDEX requests_failed ON requests (project_id, started, random) WHERE status >= 400;
  CREATE INDEX requests_of_run ON requests (run, started, random) WHERE run IS NOT NULL;

  CREATE TABLE routes (
    route INTEGER PRIMARY KEY,
    method TEXT NOT NULL,
    pattern TEXT NOT NULL,
    UNIQUE (method, pattern)
  ) STRICT;

  CREATE TABLE runs (
    run INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id INTEGER NOT NULL,
    run_id TEXT NOT NULL,
    operation_key TEXT,
    continues TEXT,
    continued_by TEXT,
    started INTEGER NOT NULL,
    ended INTEGER NOT NULL,
    duration INTEGER NOT NULL AS (ended - started),
    last_activity INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    failed_calls INTEGER NOT NULL,
    first_failure_started INTEGER,
    first_failure_status INTEGER,
    first_failure_code TEXT,
    UNIQUE (project_id, run_id)
  ) STRICT;
  CREATE INDEX runs_by_time ON runs (project_id, started, run);
  CREATE INDEX runs_by_key ON runs (project_id, operation_key, started, run);
  CREATE INDEX runs_by_duration ON runs (project_id, duration, run);
  CREATE INDEX runs_failed ON runs (project_id, started, run) WHERE failed_calls > 0;
  CREATE INDEX runs_by_activity ON runs (last_activity);

  CREATE TABLE latest_runs (
    project_id INTEGER NOT NULL,
    token_id INTEGER NOT NULL,
    operation_key TEXT NOT NULL,
    run INTEGER NOT NULL REFERENCES runs (run) ON DELETE CASCADE,
    PRIMARY KEY (project_id, token_id, operation_key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX latest_runs_of_run ON latest_runs (run);

  CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  INSERT INTO counters VALUES ('requests', 0);
`;

/**
 * Opens the log, and creates it if it does not exist. Commits are not synced: a power failure could lose the log of the last
 * moments, and no request is slower. https://www.sqlite.org/pragma.html#pragma_synchronous
 */
export function openLogForWriting(path: string): DatabaseSync {
  return opened(
    path,
    { timeout: LOCK_WAIT_MS, defensive: true, enableForeignKeyConstraints: true },
    (database) => {
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
      if (versionOf(database) !== 0) return;
      database.exec(`BEGIN IMMEDIATE; ${SCHEMA} PRAGMA user_version = ${VERSION}; COMMIT`);
    },
  );
}

/** Opens a second connection, which never blocks the connection that writes. */
export function openLogForReading(path: string): DatabaseSync {
  return opened(path, { timeout: LOCK_WAIT_MS, defensive: true, readOnly: true }, () => undefined);
}

function opened(
  path: string,
  options: ConstructorParameters<typeof DatabaseSync>[1],
  prepare: (database: DatabaseSync) => void,
): DatabaseSync {
  const database = new DatabaseSync(path, options);
  try {
    prepare(database);
    const version = versionOf(database);
    if (version !== VERSION) throw new Error(`the request log has version ${version}, not ${VERSION}`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
}
