import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { createOlderCatalog } from '../../../testing/databases/older-catalog.ts';
import { exportNow, projectOf, stones } from '../../../testing/http/exports.ts';
import { startTestServer, type TestServer } from '../../../testing/http/test-server.ts';
import { temporaryFolder } from '../../../testing/system/temporary-folder.ts';
import { runSqliteShell } from '../../../testing/tools/sqlite-shell.ts';

const EXPORT = 'exp_20261101_000000_0123456789';
const NEVER = 4_102_444_800;
const PROJECTS = 200;

/** The files of the catalog that hold the text. */
function catalogFilesWith(dataDir: string, text: string): readonly string[] {
  const names = readdirSync(dataDir).filter((name) => name.startsWith('catalog.sqlite'));
  return names.filter((name) => readFileSync(join(dataDir, name)).includes(text));
}

/**
 * Writes a data folder of the release before keys were encrypted, with an export. Copies of the key are in the table, in free space
 * of pages, in free pages, and in the write-ahead log.
 */
async function writeOlderFolder(dataDir: string, key: string): Promise<void> {
  using folder = temporaryFolder();
  const path = join(folder.path, 'catalog.sqlite');
  await using catalog = await createOlderCatalog(path, '0012_links_of_tokens');
  const times = `'2026-11-01T00:00:00Z', '2026-11-01T00:00:00Z'`;
  await catalog.execute(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${PROJECTS})
    INSERT INTO projects (id, project_slug, project_name, created_at, updated_at, account_id, export_link_key)
    SELECT i, 'p' || i, 'P', ${times}, 1, '${key}' FROM n`);
  // Longer rows move, and leave their bytes behind.
  await catalog.execute(`UPDATE projects SET project_name = printf('%0*d', 40 * (id % 5), 0)`);
  await catalog.execute('PRAGMA wal_checkpoint(TRUNCATE)');
  await catalog.execute('DELETE FROM projects WHERE id % 4 > 0');
  await catalog.execute(`UPDATE projects SET project_name = 'Quarry' WHERE id % 8 = 0`);
  await catalog.execute(`INSERT INTO exports (id, project_id, kind, format, download_name, storage_backend, content_type, status,
    size_bytes, sha256, created_at) VALUES ('${EXPORT}', 4, 'schema_export', 'json', 'a.json', 'local', 'application/json', 'ready',
    2, '00', '2026-11-01T00:00:00Z')`);
  for (const suffix of ['', '-wal'])
    copyFileSync(`${path}${suffix}`, join(dataDir, `catalog.sqlite${suffix}`));
  mkdirSync(join(dataDir, 'exports', 'p4'), { recursive: true });
  writeFileSync(join(dataDir, 'exports', 'p4', EXPORT), '{}');
}

test('an upgrade encrypts the keys of links, erases every copy of them, and keeps existing links valid', async () => {
  using folder = temporaryFolder();
  const key = randomBytes(32).toString('hex');
  await writeOlderFolder(folder.path, key);
  assert.deepEqual(catalogFilesWith(folder.path, key), ['catalog.sqlite', 'catalog.sqlite-wal']);

  await using server = await startTestServer({ dataDir: folder.path });
  assert.deepEqual(catalogFilesWith(folder.path, key), []);
  const signature = createHmac('sha256', Buffer.from(key, 'hex')).update(`${EXPORT}\n${NEVER}`);
  const link = `/shared/exports/${EXPORT}?expires=${NEVER}&signature=${signature.digest('base64url')}`;
  assert.equal(await statusOf(server, link), 200);
  await server.restart(() => {
    assert.deepEqual(catalogFilesWith(folder.path, key), []);
    const path = join(folder.path, 'catalog.sqlite');
    const count = (condition: string) =>
      Number(runSqliteShell(path, `SELECT count(*) FROM projects WHERE ${condition};`));
    assert.equal(count('sealed_link_key IS NOT NULL'), PROJECTS / 4);
    assert.equal(count('clear_link_key IS NOT NULL'), 0);
    assert.equal(runSqliteShell(path, 'PRAGMA freelist_count; PRAGMA integrity_check;'), '0\nok\n');
  });
  assert.equal(await statusOf(server, link), 200);
  assert.equal((await server.call('DELETE', '/projects/p4/export/links')).status, 200);
  assert.equal(await statusOf(server, link), 403);
});

test('an upgrade that stopped before it erased the copies erases them at the next start', async () => {
  using folder = temporaryFolder();
  const key = randomBytes(32).toString('hex');
  await writeOlderFolder(folder.path, key);
  await using server = await startTestServer({ dataDir: folder.path });
  const path = join(folder.path, 'catalog.sqlite');
  await server.restart(() => {
    // As if the service had stopped between the encryption and the erasure.
    runSqliteShell(
      path,
      `PRAGMA secure_delete = OFF; CREATE TABLE old (key); INSERT INTO old VALUES ('${key}'); DROP TABLE old;
      INSERT INTO service VALUES ('vacuum_due', '1');`,
    );
    assert.deepEqual(catalogFilesWith(folder.path, key), ['catalog.sqlite']);
  });
  assert.deepEqual(catalogFilesWith(folder.path, key), []);
});

test('a new key of links is only in its encrypted form in the catalog', async () => {
  await using server = await startTestServer();
  await projectOf(server, 'quarry', stones(3));
  const made = await exportNow(server, 'quarry', 'table/stone');
  assert.equal(await statusOf(server, await linkTo(server, made.id)), 200);
  await server.restart(() => {
    const columns = 'length(sealed_link_key), typeof(clear_link_key)';
    const path = join(server.dataDir, 'catalog.sqlite');
    // A salt of 16 bytes, a nonce of 12, a tag of 16, and 64 hexadecimal digits.
    assert.equal(runSqliteShell(path, `SELECT ${columns} FROM projects;`), '108|null\n');
  });
});

test('without its key file, the service starts with a new one: old links are invalid, new links are valid', async () => {
  await using server = await startTestServer();
  await projectOf(server, 'quarry', stones(3));
  const made = await exportNow(server, 'quarry', 'table/stone');
  const file = join(server.dataDir, 'service.key');
  const key = readFileSync(file);
  const old = await linkTo(server, made.id);
  await server.restart(() => rmSync(file));
  assert.ok(existsSync(file));
  assert.equal(await statusOf(server, old), 403);

  // Restored before any new link: the old link is valid again.
  await server.restart(() => writeFileSync(file, key));
  assert.equal(await statusOf(server, old), 200);

  await server.restart(() => rmSync(file));
  const [first, second] = [await linkTo(server, made.id), await linkTo(server, made.id)];
  for (const link of [first, second]) assert.equal(await statusOf(server, link), 200);
  assert.equal(await statusOf(server, old), 403);
  assert.equal((await server.call('DELETE', '/projects/quarry/export/links')).status, 200);
  assert.equal(await statusOf(server, first), 403);
});

test('the key file may be outside of the data folder', async () => {
  using folder = temporaryFolder();
  const keyFile = join(folder.path, 'kept apart.key');
  await using server = await startTestServer({ keyFile });
  assert.match(readFileSync(keyFile, 'utf8'), /^[A-Za-z0-9+/]{43}=\n$/);
  assert.equal(existsSync(join(server.dataDir, 'service.key')), false);
});

/** Returns the path and query of a new link. */
async function linkTo(server: TestServer, id: string): Promise<string> {
  const { status, body } = await server.call('POST', `/projects/quarry/exports/${id}/link`, { json: {} });
  assert.equal(status, 201, JSON.stringify(body));
  const { pathname, search } = new URL(body.data.link.url);
  return pathname + search;
}

async function statusOf(server: TestServer, link: string): Promise<number> {
  const response = await server.fetch('GET', link, { token: null });
  const text = await response.text();
  if (response.status === 403) assert.equal(JSON.parse(text).error.code, 'invalid_link');
  return response.status;
}
