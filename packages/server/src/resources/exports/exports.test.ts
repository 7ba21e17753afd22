import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile, rename, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { schemaFormats } from '../../schema/formats/schema-formats.ts';
import { databaseFile } from '../../testing/databases/database-file.ts';
import { musicShopPath, musicShops } from '../../testing/databases/music-shop.ts';
import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import { importDatabase } from '../../testing/http/import-and-export.ts';
import { fieldsAtFault, startTestServer, type TestServer } from '../../testing/http/test-server.ts';
import { temporaryFolder } from '../../testing/system/temporary-folder.ts';
import { runSqliteShell } from '../../testing/tools/sqlite-shell.ts';

const MANIFEST_KEYS = [
  'id',
  'kind',
  'scope',
  'project',
  'table',
  'format',
  'download_name',
  'download_url',
  'storage_backend',
  'content_type',
  'row_count',
  'table_count',
  'size_bytes',
  'status',
  'status_reason',
  'missing_at',
  'created_at',
  'expires_at',
  'sha256',
  'download_count',
  'progress',
  'notes',
];

interface Manifest {
  readonly created_at: string;
  readonly id: string;
  readonly download_url: string;
  readonly size_bytes: number;
  readonly sha256: string;
  readonly status: string;
  readonly status_reason: string | null;
  readonly missing_at: string | null;
}

async function importShop(server: TestServer, path = musicShopPath): Promise<string> {
  const token = await server.createProject('shop');
  const body = await readFile(path);
  const headers = { 'content-type': 'application/vnd.sqlite3' };
  const { status } = await server.call('POST', '/projects/shop/import/sqlite', { token, body, headers });
  assert.equal(status, 201);
  return token;
}

async function exportSchema(server: TestServer, project: string, json?: unknown): Promise<Manifest> {
  const answer = await server.call('POST', `/projects/${project}/export/schema`, { json });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return answer.body.data.export;
}

for (const shop of musicShops) {
  test(`given ${shop.name}, its SQL export loads into the sqlite3 shell and creates the same schema`, async () => {
    await using server = await borrowTestServer();
    using folder = temporaryFolder();
    const token = await importShop(server, shop.path);
    const manifest = await exportSchema(server, 'shop', { format: 'sql' });

    const sql = await (await server.fetch('GET', manifest.download_url, { token })).text();
    const copy = join(folder.path, 'copy.sqlite');
    runSqliteShell(copy, sql);
    const rows = 'SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name;';
    const original = join(server.dataDir, 'projects', 'shop', 'database.sqlite');
    assert.equal(runSqliteShell(copy, rows), runSqliteShell(original, rows));
  });
}

for (const shop of musicShops) {
  test(`given ${shop.name}, its JSON export names every table, foreign key and index`, async () => {
    await using server = await borrowTestServer();
    const token = await importShop(server, shop.path);
    const manifest = await exportSchema(server, 'shop');

    const schema = JSON.parse(await (await server.fetch('GET', manifest.download_url, { token })).text());
    assert.equal(schema.tables.length, 11);
    assert.equal(
      schema.tables.flatMap((table: { foreign_keys: unknown[] }) => table.foreign_keys).length,
      11,
    );
    const named = schema.tables
      .flatMap((table: { indexes: { name: string }[] }) => table.indexes.map((index) => index.name))
      .toSorted();
    const original = join(server.dataDir, 'projects', 'shop', 'database.sqlite');
    const stored = runSqliteShell(
      original,
      `SELECT name FROM sqlite_schema WHERE type = 'index' ORDER BY name;`,
    );
    assert.deepEqual(named, stored.trim().split('\n'));
  });
}

test('the manifest of an export has the documented form, and matches its bytes', async () => {
  await using server = await borrowTestServer();
  const token = await server.createProject('shop');

  const created = await server.call('POST', '/projects/Shop/export/schema', { token });
  assert.equal(created.status, 201);
  const manifest = created.body.data.export;
  assert.deepEqual(Object.keys(manifest), MANIFEST_KEYS);
  assert.match(manifest.id, /^exp_\d{8}_\d{6}_[0-9a-f]{10}$/);
  const { id, created_at, size_bytes, sha256, ...rest } = manifest;
  assert.match(created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.deepEqual(rest, {
    kind: 'schema_export',
    scope: 'project',
    project: 'shop',
    table: null,
    format: 'json',
    download_name: 'shop_schema_export.json',
    download_url: `/projects/shop/export/download/${id}`,
    storage_backend: 'local',
    content_type: 'application/json; charset=utf-8',
    row_count: null,
    table_count: null,
    status: 'ready',
    status_reason: null,
    missing_at: null,
    expires_at: null,
    download_count: 0,
    progress: null,
    notes: [],
  });

  const download = await server.fetch('GET', manifest.download_url, { token });
  const bytes = Buffer.from(await download.arrayBuffer());
  assert.equal(bytes.byteLength, size_bytes);
  assert.equal(createHash('sha256').update(bytes).digest('hex'), sha256);
  const headers = Object.fromEntries(download.headers);
  assert.equal(headers['content-length'], String(size_bytes));
  assert.equal(headers['content-type'], 'application/json; charset=utf-8');
  assert.equal(headers['content-disposition'], 'attachment; filename="shop_schema_export.json"');
  assert.equal(headers['etag'], `"${sha256}"`);
  assert.equal(headers['last-modified'], new Date(created_at).toUTCString());
  assert.equal(headers['accept-ranges'], 'bytes');
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['cache-control'], 'private');
});

test('the same schema is exported as the same bytes, whatever the name of the project', async () => {
  await using server = await borrowTestServer();
  await server.createProject('one');
  await server.createProject('two');
  for (const format of ['json', 'sql']) {
    const [one, two] = [
      await exportSchema(server, 'one', { format }),
      await exportSchema(server, 'two', { format }),
    ];
    assert.equal(one.sha256, two.sha256);
  }
});

test('an interrupted download is resumed, and its ranges form the whole file', async () => {
  await using server = await borrowTestServer();
  const token = await importShop(server);
  const manifest = await exportSchema(server, 'shop');
  const path = manifest.download_url;
  const etag = `"${manifest.sha256}"`;

  const first = await server.fetch('GET', path, { token, headers: { range: 'bytes=0-999' } });
  assert.equal(first.status, 206);
  assert.equal(first.headers.get('content-range'), `bytes 0-999/${manifest.size_bytes}`);
  assert.equal(first.headers.get('content-length'), '1000');
  const rest = await server.fetch('GET', path, {
    token,
    headers: { range: 'bytes=1000-', 'if-range': etag },
  });
  assert.equal(rest.status, 206);
  const bytes = Buffer.concat([
    Buffer.from(await first.arrayBuffer()),
    Buffer.from(await rest.arrayBuffer()),
  ]);
  assert.equal(createHash('sha256').update(bytes).digest('hex'), manifest.sha256);

  const changed = await server.fetch('GET', path, {
    token,
    headers: { range: 'bytes=1000-', 'if-range': '"other"' },
  });
  assert.equal(changed.status, 200);
  assert.equal((await changed.arrayBuffer()).byteLength, manifest.size_bytes);

  const unmodified = await server.fetch('GET', path, { token, headers: { 'if-none-match': etag } });
  assert.equal(unmodified.status, 304);
  assert.equal(unmodified.headers.get('etag'), etag);
  const beyond = await server.call('GET', path, {
    token,
    headers: { range: `bytes=${manifest.size_bytes}-` },
  });
  assert.equal(beyond.status, 416);
  assert.equal(beyond.body.error?.code, 'range_not_satisfiable');
  assert.equal(beyond.headers.get('content-range'), `bytes */${manifest.size_bytes}`);
  const other = await server.call('GET', path, { token, headers: { 'if-match': '"other"' } });
  assert.equal(other.body.error?.code, 'precondition_failed');
});

test('HEAD returns the headers of a download without its body', async () => {
  await using server = await borrowTestServer();
  await server.createProject('shop');
  const manifest = await exportSchema(server, 'shop', { format: 'sql', file_name: 'größe' });

  const head = await server.fetch('HEAD', manifest.download_url);
  assert.equal(head.status, 200);
  assert.equal(head.headers.get('content-length'), String(manifest.size_bytes));
  assert.equal(
    head.headers.get('content-disposition'),
    `attachment; filename="gr__e.sql"; filename*=UTF-8''gr%C3%B6%C3%9Fe.sql`,
  );
  assert.equal((await head.arrayBuffer()).byteLength, 0);
  for (const range of ['bytes=0-9', 'bytes=-1', `bytes=${manifest.size_bytes}-`]) {
    const ranged = await server.fetch('HEAD', manifest.download_url, { headers: { range } });
    assert.equal(ranged.status, 200, 'only GET has ranges');
    assert.equal(ranged.headers.get('content-length'), String(manifest.size_bytes));
    assert.equal(ranged.headers.get('content-range'), null);
  }
});

test('a download is refused if its file changed after If-Unmodified-Since', async () => {
  await using server = await borrowTestServer();
  await server.createProject('shop');
  const manifest = await exportSchema(server, 'shop');
  const get = (headers: Readonly<Record<string, string>>, method = 'GET') =>
    server.fetch(method, manifest.download_url, { headers });

  const made = new Date(manifest.created_at);
  const earlier = new Date(made.getTime() - 1_000).toUTCString();
  const refused = await server.call('GET', manifest.download_url, {
    headers: { 'if-unmodified-since': earlier },
  });
  assert.equal(refused.status, 412);
  assert.equal(refused.body.error?.message, 'The file does not match If-Unmodified-Since.');
  assert.equal((await get({ 'if-unmodified-since': earlier }, 'HEAD')).status, 412);
  assert.equal((await get({ 'if-unmodified-since': made.toUTCString() })).status, 200);
  const etag = `"${manifest.sha256}"`;
  assert.equal((await get({ 'if-unmodified-since': earlier, 'if-match': etag })).status, 200);
});

test('list, get and download report a missing file; if it is restored, the export is ready again', async () => {
  await using server = await borrowTestServer();
  await server.createProject('shop');
  const stays = await exportSchema(server, 'shop');
  const vanishes = await exportSchema(server, 'shop');
  const file = join(server.dataDir, 'exports', 'shop', vanishes.id);
  await rename(file, `${file}.elsewhere`);

  const missing = (await server.call('GET', '/projects/shop/exports?status=not_found')).body.data.exports;
  assert.deepEqual(
    missing.map((found: Manifest) => found.id),
    [vanishes.id],
  );
  assert.equal(missing[0].status, 'not_found');
  assert.equal(missing[0].status_reason, 'The file is missing from storage.');
  assert.match(missing[0].missing_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  const ready = (await server.call('GET', '/projects/shop/exports?status=ready')).body.data.exports;
  assert.deepEqual(
    ready.map((found: Manifest) => found.id),
    [stays.id],
  );
  const shown = await server.call('GET', `/projects/shop/exports/${vanishes.id}`);
  assert.deepEqual(shown.body.data.export, missing[0]);
  const download = await server.call('GET', vanishes.download_url);
  assert.equal(download.status, 410);
  assert.equal(download.body.error?.code, 'export_file_missing');

  await rename(`${file}.elsewhere`, file);
  const back = await server.call('GET', `/projects/shop/exports/${vanishes.id}`);
  assert.equal(back.body.data.export.status, 'ready');
  assert.equal(back.body.data.export.missing_at, null);
});

test('a file with a size that differs from the export’s is neither served nor listed as ready', async () => {
  await using server = await borrowTestServer();
  await server.createProject('shop');
  const manifest = await exportSchema(server, 'shop');
  await truncate(join(server.dataDir, 'exports', 'shop', manifest.id), manifest.size_bytes - 1);

  const listed = await server.call('GET', '/projects/shop/exports');
  assert.deepEqual(
    listed.body.data.exports.map((found: Manifest) => found.status),
    ['not_found'],
  );
  const download = await server.call('GET', manifest.download_url);
  assert.equal(download.body.error?.code, 'export_file_missing');
});

test('exports are listed newest first, in pages', async () => {
  await using server = await borrowTestServer();
  await server.createProject('shop');
  const ids: string[] = [];
  for (let count = 0; count < 5; count++) ids.unshift((await exportSchema(server, 'shop')).id);

  const first = (await server.call('GET', '/projects/shop/exports?limit=3')).body.data;
  assert.deepEqual(Object.keys(first), ['exports', 'limit', 'offset', 'returned', 'has_more']);
  assert.deepEqual(
    first.exports.map((found: Manifest) => found.id),
    ids.slice(0, 3),
  );
  assert.deepEqual([first.limit, first.offset, first.returned, first.has_more], [3, 0, 3, true]);
  const rest = (await server.call('GET', '/projects/shop/exports?limit=3&offset=3')).body.data;
  assert.deepEqual(
    rest.exports.map((found: Manifest) => found.id),
    ids.slice(3),
  );
  assert.equal(rest.has_more, false);
});

test('a deleted export has no manifest, no file and no download', async () => {
  await using server = await borrowTestServer();
  await server.createProject('shop');
  const manifest = await exportSchema(server, 'shop');

  const deleted = await server.call('DELETE', `/projects/shop/exports/${manifest.id}`);
  assert.deepEqual(deleted.body.data, { deleted: true, export_id: manifest.id });
  for (const path of [manifest.download_url, `/projects/shop/exports/${manifest.id}`]) {
    assert.equal((await server.call('GET', path)).body.error?.code, 'not_found');
  }
  await assert.rejects(readFile(join(server.dataDir, 'exports', 'shop', manifest.id)), { code: 'ENOENT' });
});

test('exports survive a restart; one whose file is missing can still be deleted', async () => {
  await using server = await startTestServer();
  await server.createProject('shop');
  const kept = await exportSchema(server, 'shop');
  const lost = await exportSchema(server, 'shop');
  await server.restart();
  await rm(join(server.dataDir, 'exports', 'shop', lost.id));

  assert.equal((await server.fetch('GET', kept.download_url)).status, 200);
  assert.equal((await server.call('DELETE', `/projects/shop/exports/${lost.id}`)).status, 200);
});

test('an export of another project and an unknown export are not_found', async () => {
  await using server = await borrowTestServer();
  await server.createProject('shop');
  const rival = await server.createProject('rival');
  const manifest = await exportSchema(server, 'shop');

  for (const id of [manifest.id, 'exp_20260601_182345_a1b2c3d4e5', 'x', '..%2Fshop%2Fx', '%00']) {
    for (const path of [`/projects/rival/exports/${id}`, `/projects/rival/export/download/${id}`]) {
      const { status, body } = await server.call('GET', path, { token: rival });
      assert.equal(status, 404, path);
      assert.equal(body.error?.code, 'not_found');
    }
  }
  assert.equal(
    (await server.call('GET', manifest.download_url, { token: rival })).body.error?.code,
    'invalid_token',
  );
});

test('an unknown format is refused with the documented message, and the details list every format', async () => {
  await using server = await borrowTestServer();
  await server.createProject('shop');

  for (const format of ['xml', 'SQL', '', 'json ']) {
    const { status, body } = await server.call('POST', '/projects/shop/export/schema', { json: { format } });
    assert.equal(status, 400);
    assert.deepEqual(body.error, {
      code: 'invalid_export_format',
      message: 'format must be json or sql for schema exports.',
      details: [
        {
          field: 'body.format',
          message: `must be one of ${schemaFormats.map(({ name }) => name).join(', ')}`,
        },
      ],
    });
  }
});

test('an invalid body is refused with the name of the field, and no export is created', async () => {
  await using server = await borrowTestServer();
  await server.createProject('shop');
  const path = '/projects/shop/export/schema';

  const cases: readonly (readonly [json: unknown, fields: readonly string[]])[] = [
    [[], ['body']],
    [7, ['body']],
    ['sql', ['body']],
    [null, ['body']],
    [{ format: 7 }, ['body.format']],
    [{ format: null }, ['body.format']],
    [{ format: ['sql'] }, ['body.format']],
    [{ fromat: 'sql' }, ['body.fromat']],
    [{ file_name: '../x' }, ['body.file_name']],
    [{ file_name: 'a\0b' }, ['body.file_name']],
    [{ file_name: 'a'.repeat(300) }, ['body.file_name']],
    [{ file_name: 7, extra: 1 }, ['body.extra', 'body.file_name']],
  ];
  for (const [json, fields] of cases) {
    const refused = await server.call('POST', path, { json });
    assert.equal(refused.status, 400, JSON.stringify(json));
    assert.equal(refused.body.error?.code, 'validation_failed');
    assert.deepEqual(fieldsAtFault(refused).toSorted(), fields, JSON.stringify(json));
  }
  const huge = await server.call('POST', path, { json: { file_name: 'a'.repeat(11 * 1_048_576) } });
  assert.equal(huge.status, 413);
  assert.equal(huge.body.error?.code, 'payload_too_large');
  assert.deepEqual((await server.call('GET', '/projects/shop/exports')).body.data.exports, []);
});

test('an empty body, with or without a content type, means the defaults; an emoji is a valid name', async () => {
  await using server = await borrowTestServer();
  await server.createProject('shop');
  const path = '/projects/shop/export/schema';

  assert.equal((await server.call('POST', path)).body.data.export.format, 'json');
  const typed = await server.call('POST', path, { headers: { 'content-type': 'application/json' } });
  assert.equal(typed.body.data.export.format, 'json');
  const named = await server.call('POST', path, { json: { file_name: '📦' } });
  assert.equal(named.body.data.export.download_name, '📦.json');
});

test('the notes of a ready export name what was left out, also if it shares the file of an earlier one', async () => {
  await using server = await borrowTestServer();
  await server.createProject('shop');
  const bytes = databaseFile('CREATE TABLE a (x); CREATE TABLE b (x); CREATE VIEW v AS SELECT * FROM a;');
  await importDatabase(server, 'shop', Uint8Array.from(bytes));
  const json = { format: 'sql', exclude_tables: ['a'] };
  for (let round = 0; round < 2; round += 1) {
    const { body } = await server.call('POST', '/projects/shop/export/database', { json });
    const { status, status_reason, notes } = body.data.export;
    assert.deepEqual([status, status_reason, notes.length], ['ready', null, 1]);
    assert.match(notes[0], /\bv\b.*\.$/);
  }
});

test('a hundred concurrent exports all succeed and are correct', async () => {
  await using server = await borrowTestServer();
  const token = await importShop(server);
  const manifests = await Promise.all(
    Array.from({ length: 100 }, (_, index) => {
      return exportSchema(server, 'shop', { format: index % 2 === 0 ? 'sql' : 'json' });
    }),
  );

  assert.equal(new Set(manifests.map(({ id }) => id)).size, 100);
  assert.equal(new Set(manifests.map(({ sha256 }) => sha256)).size, 2);
  const listed = await server.call('GET', '/projects/shop/exports?limit=500', { token });
  assert.equal(listed.body.data.returned, 100);
});

test('an export whose project is deleted meanwhile is not_found, and leaves no file', async () => {
  await using server = await borrowTestServer();
  await importShop(server);
  const exported = Promise.all(
    Array.from({ length: 20 }, () => server.call('POST', '/projects/shop/export/schema')),
  );
  const deleted = server.call('DELETE', '/projects/shop', { json: { confirm_project_slug: 'shop' } });

  assert.equal((await deleted).status, 200);
  for (const { status, body } of await exported) {
    assert.ok([201, 404, 503].includes(status), JSON.stringify(body));
  }
  const folders = await readdir(join(server.dataDir, 'exports'));
  assert.deepEqual(folders, []);
});
