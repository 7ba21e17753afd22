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
  '0011_people': {
    async up(db) {
      await sql`ALTER TABLE accounts ADD COLUMN account_name TEXT NOT NULL DEFAULT 'Account'`.execute(db);
      await sql`ALTER TABLE accounts ADD COLUMN disabled_at TEXT`.execute(db);
      await sql`ALTER TABLE accounts ADD COLUMN updated_at TEXT`.execute(db);
      await sql`UPDATE accounts SET account_name = 'Owner', updated_at = created_at`.execute(db);
      // Recreates the table without its uniqueness: the users of projects are no longer named in it.
      await sql`CREATE TABLE account_users_new (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        kind TEXT NOT NULL,
        username TEXT,
        password_hash TEXT,
        disabled_at TEXT,
        created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL
      ) STRICT`.execute(db);
      await sql`INSERT INTO account_users_new (id, account_id, kind, username, created_at, updated_at)
        SELECT id, account_id, 'person', username, created_at, created_at
        FROM account_users WHERE id = (SELECT min(id) FROM account_users)`.execute(db);
      await sql`INSERT INTO account_users_new (id, account_id, kind, created_at, updated_at)
        SELECT id, account_id, 'project_user', created_at, created_at
        FROM account_users WHERE id > (SELECT min(id) FROM account_users)`.execute(db);
      // An id of a removed user is not used again.
      await sql`UPDATE sqlite_sequence SET seq = (SELECT seq FROM sqlite_sequence WHERE name = 'account_users')
        WHERE name = 'account_users_new'`.execute(db);
      // A user of a project who was named like the owner gets an owner of tokens apart from that person.
      await sql`INSERT INTO account_users_new (account_id, kind, username, created_at, updated_at)
        SELECT account_users.account_id, 'project_user', 'user ' || project_users.id, project_users.created_at, project_users.created_at
        FROM project_users JOIN account_users ON account_users.id = account_user_id
        WHERE account_user_id = (SELECT min(id) FROM account_users)`.execute(db);
      for (const [table, key] of [
        ['project_users', 'id'],
        ['tokens', 'project_user_id'],
      ] as const) {
        await sql`UPDATE ${sql.table(table)} SET account_user_id = made.id
          FROM account_users_new AS made WHERE made.username = 'user ' || ${sql.ref(`${table}.${key}`)}
            AND made.kind = 'project_user'`.execute(db);
      }
      await sql`UPDATE account_users_new SET username = NULL WHERE kind = 'project_user'`.execute(db);
      await sql`DROP TABLE account_users`.execute(db);
      await sql`ALTER TABLE account_users_new RENAME TO account_users`.execute(db);
      await sql`CREATE INDEX account_users_account_id ON account_users (account_id)`.execute(db);
      await sql`CREATE UNIQUE INDEX account_users_username ON account_users (username)`.execute(db);
      await sql`ALTER TABLE project_users ADD COLUMN scopes TEXT`.execute(db);
      await sql`ALTER TABLE project_users ADD COLUMN tables TEXT`.execute(db);
      await sql`ALTER TABLE project_users ADD COLUMN disabled_at TEXT`.execute(db);
      await sql`ALTER TABLE project_users ADD COLUMN updated_at TEXT`.execute(db);
      await sql`UPDATE project_users SET updated_at = created_at`.execute(db);
      await sql`CREATE INDEX project_users_account_user_id ON project_users (account_user_id)`.execute(db);
      await sql`CREATE INDEX projects_account_id ON projects (account_id)`.execute(db);
      await sql`CREATE INDEX tokens_account_user_id ON tokens (account_user_id)`.execute(db);
      await sql`CREATE INDEX tokens_project_user_id ON tokens (project_user_id)`.execute(db);
      await sql`CREATE TABLE sessions (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        account_user_id INTEGER NOT NULL REFERENCES account_users (id) ON DELETE CASCADE,
        project_user_id INTEGER REFERENCES project_users (id) ON DELETE CASCADE,
        secret_sha256 TEXT NOT NULL UNIQUE,
        signed_in_by TEXT NOT NULL,
        address TEXT NOT NULL,
        user_agent TEXT,
        created_at TEXT NOT NULL,
        expires_at TEXT NOT NULL,
        last_used_at TEXT
      ) STRICT`.execute(db);
      await sql`CREATE INDEX sessions_account_user_id ON sessions (account_user_id)`.execute(db);
      await sql`CREATE INDEX sessions_project_user_id ON sessions (project_user_id)`.execute(db);
      await sql`CREATE INDEX sessions_expires_at ON sessions (expires_at)`.execute(db);
      await sql`CREATE TABLE sign_in_links (
        account_user_id INTEGER PRIMARY KEY REFERENCES account_users (id) ON DELETE CASCADE,
        secret_sha256 TEXT NOT NULL UNIQUE,
        expires_at TEXT NOT NULL
      ) STRICT`.execute(db);
    },
  },
  '0012_links_of_tokens': {
    async up(db) {
      await sql`ALTER TABLE tokens ADD COLUMN links_valid_until TEXT`.execute(db);
      await sql`ALTER TABLE tokens ADD COLUMN links_ended_at TEXT`.execute(db);
    },
  },
  '0013_sealed_link_keys': {
    async up(db) {
      await sql`ALTER TABLE projects RENAME COLUMN export_link_key TO clear_link_key`.execute(db);
      await sql`ALTER TABLE projects ADD COLUMN sealed_link_key BLOB`.execute(db);
      // The start encrypts the keys, and then removes what is left of them in the file.
      await sql`INSERT INTO service (name, value) SELECT 'vacuum_due', '1'
        WHERE EXISTS (SELECT 1 FROM projects WHERE clear_link_key IS NOT NULL)`.execute(db);
    },
  },
  '0014_replaced_admin_tokens': {
    async up(db) {
      await sql`CREATE TABLE replaced_admin_tokens (
        token_sha256 TEXT PRIMARY KEY,
        replaced_at TEXT NOT NULL
      ) STRICT, WITHOUT ROWID`.execute(db);
    },
  },
  '0015_audit_trail': {
    async up(db) {
      // No event references a project or a token: it outlives both.
      await sql`CREATE TABLE audit_events (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        created_at TEXT NOT NULL,
        action TEXT NOT NULL,
        actor_type TEXT NOT NULL,
        actor_id INTEGER,
        actor_name TEXT,
        address TEXT,
        request_id TEXT,
        account_id INTEGER,
        project_id INTEGER,
        project_slug TEXT,
        subject TEXT,
        before TEXT,
        after TEXT
      ) STRICT`.execute(db);
      await sql`CREATE INDEX audit_events_project_id ON audit_events (project_id, id)`.execute(db);
      await sql`CREATE INDEX audit_events_action ON audit_events (action, id)`.execute(db);
      await sql`CREATE INDEX audit_events_request_id ON audit_events (request_id)`.execute(db);
      await sql`CREATE INDEX audit_events_created_at ON audit_events (created_at)`.execute(db);
      await sql`CREATE TRIGGER audit_events_unchanged BEFORE UPDATE ON audit_events
        BEGIN SELECT raise(ABORT, 'an event of the audit trail cannot be changed'); END`.execute(db);
      await sql`CREATE TRIGGER audit_events_kept BEFORE DELETE ON audit_events
        WHEN old.created_at > strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-30 days')
        BEGIN SELECT raise(ABORT, 'an event of the audit trail is kept for 30 days'); END`.execute(db);
    },
  },
  '0016_export_reads': {
    async up(db) {
      await sql`ALTER TABLE exports ADD COLUMN reads TEXT`.execute(db);
    },
  },
};
