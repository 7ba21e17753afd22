import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import { createToken, hashToken } from '../http/access/token.ts';
import { startTestServer } from '../testing/http/test-server.ts';
import { temporaryFolder } from '../testing/system/temporary-folder.ts';

/** Writes a catalog of the first release, with one project, one token and one export. */
function writeFirstCatalog(path: string, token: string): void {
  const database = new DatabaseSync(path);
  database.exec(`
    CREATE TABLE "kysely_migration" ("name" varchar(255) not null primary key, "timestamp" varchar(255) not null);
    CREATE TABLE "kysely_migration_lock" ("id" varchar(255) not null primary key, "is_locked" integer default 0 not null);
    INSERT INTO kysely_migration VALUES ('0001_projects_tokens_exports', '2026-11-01T00:00:00.000Z');
    INSERT INTO kysely_migration_lock VALUES ('migration_lock', 0);
    CREATE TABLE projects (id INTEGER PRIMARY KEY AUTOINCREMENT, project_slug TEXT NOT NULL UNIQUE,
      project_name TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL) STRICT;
    CREATE TABLE tokens (id INTEGER PRIMARY KEY AUTOINCREMENT,
      project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE, token_type TEXT NOT NULL,
      token_name TEXT NOT NULL, token_sha256 TEXT NOT NULL UNIQUE, created_at TEXT NOT NULL, expires_at TEXT,
      revoked_at TEXT, last_used_at TEXT) STRICT;
    CREATE INDEX tokens_project_id ON tokens (project_id);
    CREATE TABLE exports (sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
      project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE, kind TEXT NOT NULL, scope TEXT NOT NULL,
      format TEXT NOT NULL, download_name TEXT NOT NULL, storage_backend TEXT NOT NULL, content_type TEXT NOT NULL,
      row_count INTEGER, table_count INTEGER, size_bytes INTEGER NOT NULL, sha256 TEXT NOT NULL, warning TEXT,
      missing_at TEXT, created_at TEXT NOT NULL, expires_at TEXT) STRICT;
    CREATE INDEX exports_project_id_sequence ON exports (project_id, sequence);
    CREATE TABLE service (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    INSERT INTO projects VALUES (7, 'shop', 'Shop', '2026-11-01T00:00:00Z', '2026-11-01T00:00:00Z');
    INSERT INTO exports VALUES (1, 'exp_20261101_000000_0123456789', 7, 'schema_export', 'project', 'json', 'a.json',
      'local', 'application/json', NULL, NULL, 2, '00', 'The view v is left out.', NULL, '2026-11-01T00:00:00Z', NULL);
  `);
  database
    .prepare(
      `INSERT INTO tokens VALUES (11, 7, 'project_api_token', 'old', ?, '2026-11-01T00:00:00Z', NULL, NULL, NULL)`,
    )
    .run(hashToken(token).toString('hex'));
  database.close();
}

test('a catalog of the first release keeps its projects, tokens and exports, and its tokens get a user', async () => {
  using folder = temporaryFolder();
  const token = createToken('pat');
  writeFirstCatalog(join(folder.path, 'catalog.sqlite'), token);
  await using server = await startTestServer({ dataDir: folder.path });

  const me = await server.call('GET', '/projects/shop/auth/me', { token });
  assert.equal(me.body.data.token.id, 11);
  const exports = await server.call('GET', '/projects/shop/exports', { token });
  const [{ scope, notes }] = exports.body.data.exports;
  assert.deepEqual([scope, notes], ['project', ['The view v is left out.']]);

  const { tokens } = (await server.call('GET', '/projects/shop/auth/tokens', { token })).body.data;
  assert.equal(tokens[0].account_user_id, 1);
  assert.equal(tokens[0].project_username, null);

  // The new token belongs to the user of the old one, and replaces it.
  const made = await server.call('POST', '/projects/shop/auth/tokens', { json: { token_name: 'new' } });
  assert.equal(made.status, 201);
  assert.equal((await server.call('GET', '/projects/shop/auth/me', { token })).status, 401);
});
