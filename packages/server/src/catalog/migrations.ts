import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Every migration of the catalog by name, in order. Never change a released migration: add one. */
export const migrations: Readonly<Record<string, Migration>> = {
  '0001_projects_tokens_exports': {
    async up(db) {
      await sql`CREATE TABLE projects (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        project_slug TEXT NOT NULL UNIQUE,
        project_name TEXT NOT NULL,
        created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL
      ) STRICT`.execute(db);
      await sql`CREATE TABLE tokens (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
        token_type TEXT NOT NULL,
        token_name TEXT NOT NULL,
        token_sha256 TEXT NOT NULL UNIQUE,
        created_at TEXT NOT NULL,
        expires_at TEXT,
        revoked_at TEXT,
        last_used_at TEXT
      ) STRICT`.execute(db);
      await sql`CREATE INDEX tokens_project_id ON tokens (project_id)`.execute(db);
      await sql`CREATE TABLE exports (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
        kind TEXT NOT NULL,
        scope TEXT NOT NULL,
        format TEXT NOT NULL,
        download_name TEXT NOT NULL,
        storage_backend TEXT NOT NULL,
        content_type TEXT NOT NULL,
        row_count INTEGER,
        table_count INTEGER,
        size_bytes INTEGER NOT NULL,
        sha256 TEXT NOT NULL,
        warning TEXT,
        missing_at TEXT,
        created_at TEXT NOT NULL,
        expires_at TEXT
      ) STRICT`.execute(db);
      await sql`CREATE INDEX exports_project_id_sequence ON exports (project_id, sequence)`.execute(db);
      await sql`CREATE TABLE service (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT`.execute(db);
    },
  },
  '0002_accounts': {
    async up(db) {
      await sql`CREATE TABLE accounts (id INTEGER PRIMARY KEY AUTOINCREMENT, created_at TEXT NOT NULL) STRICT`.execute(
        db,
      );
      await sql`CREATE TABLE account_users (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        username TEXT NOT NULL,
        password_hash TEXT,
        created_at TEXT NOT NULL,
        UNIQUE (account_id, username)
      ) STRICT`.execute(db);
      await sql`INSERT INTO accounts (id, created_at) VALUES (1, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))`.execute(
        db,
      );
      await sql`INSERT INTO account_users (account_id, username, created_at)
        SELECT id, 'owner', created_at FROM accounts`.execute(db);
      // SQLite adds a column with REFERENCES only where it may be null. https://www.sqlite.org/lang_altertable.html
      await sql`ALTER TABLE projects ADD COLUMN account_id INTEGER REFERENCES accounts (id)`.execute(db);
      await sql`ALTER TABLE tokens ADD COLUMN account_user_id INTEGER REFERENCES account_users (id)`.execute(
        db,
      );
      await sql`UPDATE projects SET account_id = (SELECT min(id) FROM accounts)`.execute(db);
      await sql`UPDATE tokens SET account_user_id = (SELECT min(id) FROM account_users)`.execute(db);
    },
  },
  '0003_token_scopes': {
    async up(db) {
      await sql`ALTER TABLE tokens ADD COLUMN scopes TEXT`.execute(db);
      await sql`ALTER TABLE tokens ADD COLUMN tables TEXT`.execute(db);
    },
  },
  '0004_project_users': {
    async up(db) {
      await sql`CREATE TABLE project_users (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
        account_user_id INTEGER NOT NULL REFERENCES account_users (id),
        username TEXT NOT NULL,
        password_hash TEXT NOT NULL,
        created_at TEXT NOT NULL,
        UNIQUE (project_id, username)
      ) STRICT`.execute(db);
      // This column was never written: a password belongs to a user of one project.
      await sql`ALTER TABLE account_users DROP COLUMN password_hash`.execute(db);
      await sql`ALTER TABLE tokens ADD COLUMN project_user_id INTEGER REFERENCES project_users (id) ON DELETE CASCADE`.execute(
        db,
      );
    },
  },
  '0005_temporary_tokens': {
    async up(db) {
      await sql`ALTER TABLE tokens ADD COLUMN temporary INTEGER NOT NULL DEFAULT 0`.execute(db);
    },
  },
  '0006_export_jobs': {
    async up(db) {
      // Recreates the table, because an export that is not ready has no size and no checksum. No table references it.
      await sql`ALTER TABLE exports RENAME TO exports_before`.execute(db);
      await sql`CREATE TABLE exports (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
        kind TEXT NOT NULL,
        scope TEXT NOT NULL,
        table_name TEXT,
        format TEXT NOT NULL,
        download_name TEXT NOT NULL,
        storage_backend TEXT NOT NULL,
        content_type TEXT NOT NULL,
        status TEXT NOT NULL,
        status_reason TEXT,
        row_count INTEGER,
        table_count INTEGER,
        size_bytes INTEGER,
        sha256 TEXT,
        request TEXT,
        attempts INTEGER NOT NULL DEFAULT 0,
        fingerprint TEXT,
        download_count INTEGER NOT NULL DEFAULT 0,
        missing_at TEXT,
        created_at TEXT NOT NULL,
        ended_at TEXT,
        expires_at TEXT
      ) STRICT`.execute(db);
      await sql`INSERT INTO exports (sequence, id, project_id, kind, scope, format, download_name, storage_backend,
          content_type, status, status_reason, row_count, table_count, size_bytes, sha256, missing_at, created_at, expires_at)
        SELECT sequence, id, project_id, kind, scope, format, download_name, storage_backend,
          content_type, 'ready', warning, row_count, table_count, size_bytes, sha256, missing_at, created_at, expires_at
        FROM exports_before`.execute(db);
      await sql`DROP TABLE exports_before`.execute(db);
      await sql`CREATE INDEX exports_project_id_sequence ON exports (project_id, sequence)`.execute(db);
      await sql`CREATE INDEX exports_project_id_fingerprint ON exports (project_id, fingerprint)`.execute(db);
      await sql`CREATE INDEX exports_unfinished ON exports (status) WHERE status IN ('pending', 'running')`.execute(
        db,
      );
      await sql`CREATE INDEX exports_expires_at ON exports (expires_at) WHERE expires_at IS NOT NULL`.execute(
        db,
      );
    },
  },
  '0007_export_links': {
    async up(db) {
      await sql`ALTER TABLE projects ADD COLUMN export_link_key TEXT`.execute(db);
    },
  },
  '0008_idempotency_keys': {
    async up(db) {
      await sql`CREATE TABLE idempotency_keys (
        id INTEGER PRIMARY KEY,
        project_id INTEGER REFERENCES projects (id) ON DELETE CASCADE,
        key TEXT NOT NULL,
        request_sha256 TEXT NOT NULL,
        request_id TEXT NOT NULL,
        result BLOB NOT NULL,
        created_at INTEGER NOT NULL
      ) STRICT`.execute(db);
      await sql`CREATE UNIQUE INDEX idempotency_keys_key ON idempotency_keys (key, ifnull(project_id, 0))`.execute(
        db,
      );
      await sql`CREATE INDEX idempotency_keys_created_at ON idempotency_keys (created_at)`.execute(db);
      await sql`CREATE INDEX idempotency_keys_project_id ON idempotency_keys (project_id)`.execute(db);
    },
  },
  '0009_unfinished_projects': {
    async up(db) {
      await sql`CREATE TABLE unfinished_projects (
        id TEXT PRIMARY KEY,
        project_slug TEXT NOT NULL,
        change TEXT NOT NULL
      ) STRICT, WITHOUT ROWID`.execute(db);
      await sql`CREATE INDEX unfinished_projects_project_slug ON unfinished_projects (project_slug)`.execute(
        db,
      );
    },
  },
  '0010_export_notes': {
    async up(db) {
      await sql`ALTER TABLE exports ADD COLUMN notes TEXT NOT NULL DEFAULT '[]'`.execute(db);
      await sql`UPDATE exports SET notes = json_array(status_reason), status_reason = NULL
        WHERE status = 'ready' AND status_reason IS NOT NULL`.execute(db);
      // Every export belongs to its project, also the export of a table.
      await sql`ALTER TABLE exports DROP COLUMN scope`.execute(db);
    },
  },
  '0011_export_reads': {
    async up(db) {
      await sql`ALTER TABLE exports ADD COLUMN reads TEXT`.execute(db);
    },
  },
};
