import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { databaseFile } from '../../testing/databases/database-file.ts';
import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import { type ImportCall, importDatabase } from '../../testing/http/import-and-export.ts';
import { startTestServer } from '../../testing/http/test-server.ts';
import { runSqliteShell } from '../../testing/tools/sqlite-shell.ts';

const FIRST = databaseFile('CREATE TABLE a (id INTEGER PRIMARY KEY);');
const SECOND = databaseFile('CREATE TABLE b (id INTEGER PRIMARY KEY);');

test('a file that is sent again with its idempotency key is imported once, even though the project is no longer empty', async () => {
  await using server = await startTestServer();
  await server.createProject('crm');
  const headers = { 'idempotency-key': 'import-1' };
  const imported = await importDatabase(server, 'crm', FIRST, { headers });
  assert.equal(imported.status, 201);
  const row = await server.call('POST', '/projects/crm/records/a', { json: { id: 7 } });
  assert.equal(row.status, 201);
  await server.restart();
  const again = await importDatabase(server, 'crm', FIRST, { headers });
  assert.equal(again.status, 201);
  assert.equal(again.headers.get('idempotency-replayed'), 'true');
  assert.deepEqual(again.body.data, imported.body.data);
  const path = join(server.dataDir, 'projects', 'crm', 'database.sqlite');
  assert.equal(runSqliteShell(path, 'SELECT id FROM a'), '7\n');

  const other = await importDatabase(server, 'crm', SECOND, { headers, query: '?replace=true' });
  assert.equal(other.body.error?.code, 'idempotency_mismatch');
  const refused = await importDatabase(server, 'crm', SECOND, { headers: { 'idempotency-key': 'import-2' } });
  assert.equal(refused.body.error?.code, 'conflict');
  assert.equal(runSqliteShell(path, 'PRAGMA integrity_check; SELECT id FROM a;'), 'ok\n7\n');
});

test('idempotency results in an imported file are discarded', async () => {
  await using server = await borrowTestServer();
  await server.createProject('crm');
  await server.createProject('other');
  const headers = { 'idempotency-key': 'k' };
  const row = { headers, json: { id: 1 } };
  await importDatabase(server, 'crm', FIRST);
  assert.equal((await server.call('POST', '/projects/crm/records/a', row)).status, 201);
  const path = join(server.dataDir, 'projects', 'crm', 'database.sqlite');
  const stored = runSqliteShell(path, '.dump --preserve-rowids').replace(
    /INSERT INTO a .*\n|INSERT INTO a\(.*\n/,
    '',
  );
  assert.match(stored, /INSERT INTO _rowhouse_idempotency/);
  const replaced = await importDatabase(server, 'other', databaseFile(stored));
  assert.deepEqual(replaced.body.data.import.warnings, []);
  const again = await server.call('POST', '/projects/other/records/a', row);
  assert.equal(again.status, 201);
  assert.equal(again.headers.get('idempotency-replayed'), null);
});

function replacing(key: string): ImportCall {
  return { headers: { 'idempotency-key': key }, query: '?replace=true' };
}

test('repeating an import or a write from before a later import has no effect', async () => {
  await using server = await borrowTestServer();
  await server.createProject('crm');
  assert.equal((await importDatabase(server, 'crm', FIRST, replacing('first'))).status, 201);
  const row = { headers: { 'idempotency-key': 'row' }, json: { id: 7 } };
  assert.equal((await server.call('POST', '/projects/crm/records/a', row)).status, 201);
  assert.equal((await importDatabase(server, 'crm', SECOND, replacing('second'))).status, 201);
  // An import without a key removes no stored result.
  assert.equal((await importDatabase(server, 'crm', SECOND, { query: '?replace=true' })).status, 201);
  const again = [
    await importDatabase(server, 'crm', FIRST, replacing('first')),
    await server.call('POST', '/projects/crm/records/a', row),
    await importDatabase(server, 'crm', SECOND, replacing('second')),
  ];
  for (const { status, headers } of again) {
    assert.equal(status, 201);
    assert.equal(headers.get('idempotency-replayed'), 'true');
  }
  const path = join(server.dataDir, 'projects', 'crm', 'database.sqlite');
  assert.equal(runSqliteShell(path, 'PRAGMA integrity_check; SELECT count(*) FROM b;'), 'ok\n0\n');
});
