import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
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

/** The tokens of `fixtures/catalog-0.1.0.sql`, by project and purpose. */
const TOKENS = {
  shop: 'pat_k035U5SlGUStxySDMr9imXMQNY7WE8q7iwQr3QRbBp',
  north_server: 'pat_6VbNWa1UW6hilHvm4pKiTLbr6ejne9Hhr9DS0yzAkS',
  north_named: 'pat_bgMoqT75XJhBfgKHWZ6Y86qKBuA6zDtWiVan46czxd',
  north_login: 'pat_DkYC0pYv1jUI6YyOEPdwXUYLG6Te0srDhcfq3d3fbb',
  south_server: 'pat_iksLerDRtwcwmTRLSPlhTS2vrg9xeMcQ50CS4NsEyG',
  south_named: 'pat_00C3ORaPQZea4UZSxAWPUBof9Y4M0tXZq2N70GTYTb',
  south_login: 'pat_jINNAUJRQ7nIeIlKMKTSjiyn5IJzZy0D3ymb0M0glp',
  west_server: 'pat_dQlsmHoAX7whtQRabKtTbfn6GSYch0Z44uFf3sKvSz',
  west_named: 'pat_sVqortVDYiWZbpga3Fi8ItolW79Ry8jmx2ki28P9St',
  west_login: 'pat_5LojtnjNqcFStKhJJ5PxajDzmwQ2GdvK2esQ3V7QMV',
  shop_limited: 'pat_lV9zTgi0VjzTPBhRIfCxtjNu7jCZliCV2o0o0SInI4',
  shop_revoked: 'pat_M1TvZUSbAQ839EJDLUfOPnu3NMNsz9YrGQYr3Z8Bzp',
  shop_once: 'pat_JBHvaX3OChJQtwCRd2aJWZbOyDyghvDA33TY2CVgDJ',
};
const LINK =
  '/shared/exports/exp_20261201_160741_34141aa17d?expires=1827677261&signature=h-OwczB3etrf_ahL6z133IprMiE7pbCUf_zrhw7IvVM';

test('every token, password, link and idempotency key of a catalog of version 0.1.0 works as before', async (context) => {
  using folder = temporaryFolder();
  const file = new URL('fixtures/catalog-0.1.0.sql', import.meta.url);
  using catalog = new DatabaseSync(join(folder.path, 'catalog.sqlite'), { defensive: false });
  catalog.exec(await readFile(file, 'utf8'));
  catalog.close();
  context.mock.timers.enable({ apis: ['Date'], now: Date.parse('2026-12-01T16:30:00Z') });
  await using server = await startTestServer({ dataDir: folder.path, publicUrl: 'http://rowhouse.test' });

  const seen = [];
  for (const [name, token] of Object.entries(TOKENS)) {
    const [slug = ''] = name.split('_');
    const { status, body } = await server.call('GET', `/projects/${slug}/auth/me`, { token });
    seen.push([name, status, body.data?.token.id]);
  }
  assert.deepEqual(seen, [
    ['shop', 200, 1],
    ['north_server', 200, 2],
    ['north_named', 200, 3],
    ['north_login', 200, 4],
    ['south_server', 200, 5],
    ['south_named', 200, 6],
    ['south_login', 200, 7],
    ['west_server', 200, 8],
    ['west_named', 200, 9],
    ['west_login', 200, 10],
    ['shop_limited', 200, 11],
    ['shop_revoked', 401, undefined],
    ['shop_once', 200, 13],
  ]);

  const listOf = async (slug: string) => {
    const token = TOKENS[`${slug}_named` as keyof typeof TOKENS] ?? TOKENS.shop;
    const { body } = await server.call('GET', `/projects/${slug}/auth/tokens`, { token });
    return body.data.tokens.toReversed();
  };
  const owners = async (slug: string) =>
    (await listOf(slug)).map((token: { account_user_id: number; project_username: string | null }) => [
      token.account_user_id,
      token.project_username,
    ]);
  assert.deepEqual(await owners('north'), [
    [1, null],
    [1, 'ada'],
    [2, 'ada'],
  ]);
  // The user of a project who is named like the owner is not the owner.
  assert.deepEqual(await owners('west'), [
    [1, null],
    [3, 'owner'],
    [3, 'owner'],
  ]);
  const limited = (await listOf('shop')).find((token: { id: number }) => token.id === 11);
  assert.deepEqual(
    [limited.scopes, limited.tables, limited.expires_at],
    [['records:read', 'tokens'], ['Orders'], '2096-01-01T00:00:00Z'],
  );

  for (const [slug, username] of [
    ['north', 'ada'],
    ['west', 'owner'],
  ]) {
    const json = { username, password: 'correct horse battery' };
    const { status } = await server.call('POST', `/projects/${slug}/auth/login`, { token: null, json });
    assert.equal(status, 201, slug);
  }
  const accounts = await server.call('GET', '/accounts/1/users');
  assert.deepEqual(
    accounts.body.data.users.map((user: { id: number; username: string }) => [user.id, user.username]),
    [[1, 'owner']],
  );
  const made = await server.call('POST', '/accounts/1/users', { json: { username: 'ada' } });
  assert.equal(made.body.data.user.id, 4, 'no id is used again');

  const once = await server.call('POST', '/projects/shop/auth/tokens', {
    token: TOKENS.shop,
    json: { token_name: 'once', revoke_previous: false },
    headers: { 'idempotency-key': 'made' },
  });
  assert.deepEqual([once.status, once.body.data?.token.token], [201, TOKENS.shop_once]);

  // The file is not part of the fixture.
  const link = await server.call('GET', LINK, { token: null });
  assert.equal(link.body.error?.code, 'export_file_missing');
});
