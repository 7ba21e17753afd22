import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { databaseFile } from '../../testing/databases/database-file.ts';
import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import { importDatabase } from '../../testing/http/import-and-export.ts';
import { runSqliteShell } from '../../testing/tools/sqlite-shell.ts';

const SECRET = 'planted';

/** What another program may store as the result of a write of one row, as SQL. */
const CHANGES: readonly string[] = [
  `result = '${SECRET}'`,
  `result = ''`,
  `result = 'null'`,
  `result = '[{"table":"${SECRET}"}]'`,
  `result = '{"table":"${SECRET}","outcome":"created"}'`,
  `result = json_set(result, '$.rowJson', '{"id":1},"${SECRET}":{}')`,
  `result = json_set(result, '$.rowJson', '"${SECRET}"')`,
  `result = json_set(result, '$.rowJson', json('{"a":"${SECRET}"}'))`,
  `result = json_set(result, '$.outcome', '${SECRET}')`,
  `result = json_set(result, '$.table', 1)`,
  `result = CAST(x'ff00' AS TEXT)`,
  `request_id = '${SECRET}"'`,
  `request_id = printf('%.*c', 100000, 'x')`,
];

test('a stored result that another program has changed is not sent, and its write does not run again', async () => {
  await using server = await borrowTestServer();
  await server.createProject('crm');
  await importDatabase(
    server,
    'crm',
    databaseFile('CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT);'),
  );
  const path = join(server.dataDir, 'projects', 'crm', 'database.sqlite');
  const send = (key: string) =>
    server.call('POST', '/projects/crm/records/people', {
      json: { name: key },
      headers: { 'idempotency-key': key },
    });
  for (const [number, change] of CHANGES.entries()) {
    const key = `key ${number}`;
    assert.equal((await send(key)).status, 201);
    runSqliteShell(path, `UPDATE _rowhouse_idempotency SET ${change} WHERE key = '${key}';`);
    const { status, body } = await send(key);
    assert.equal(`${status} ${body.error?.code}`, '500 internal_error', change);
    assert.doesNotMatch(JSON.stringify(body), new RegExp(SECRET), change);
    assert.equal(runSqliteShell(path, `SELECT count(*) FROM people WHERE name = '${key}'`), '1\n');
  }
  const other = await send('unchanged');
  const again = await send('unchanged');
  assert.deepEqual(again.body.data, other.body.data);
});

test('a result of another kind of write is not sent', async () => {
  await using server = await borrowTestServer();
  await server.createProject('crm');
  const headers = { 'idempotency-key': 'k' };
  const json = { table_name: 'people' };
  assert.equal((await server.call('POST', '/projects/crm/table', { json, headers })).status, 201);
  const path = join(server.dataDir, 'projects', 'crm', 'database.sqlite');
  const stored = runSqliteShell(path, 'SELECT result FROM _rowhouse_idempotency');
  for (const change of [
    `'"people"'`,
    `json_remove(result, '$.columns[0].name')`,
    `json_set(result, '$.table.id', -1)`,
  ]) {
    runSqliteShell(path, `UPDATE _rowhouse_idempotency SET result = ${change};`);
    const { body } = await server.call('POST', '/projects/crm/table', { json, headers });
    assert.equal(body.error?.code, 'internal_error', change);
    runSqliteShell(
      path,
      `UPDATE _rowhouse_idempotency SET result = '${stored.trimEnd().replaceAll("'", "''")}';`,
    );
  }
  const again = await server.call('POST', '/projects/crm/table', { json, headers });
  assert.equal(again.headers.get('idempotency-replayed'), 'true');
});
