import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { exportNow, projectOf, stones } from '../../testing/http/exports.ts';
import { startTestServer } from '../../testing/http/test-server.ts';
import { runSqliteShell } from '../../testing/tools/sqlite-shell.ts';

test('after an export, the service and another program that opens and closes the database still see each other’s writes', async () => {
  await using server = await startTestServer();
  await projectOf(server, 'quarry', stones(5));
  const path = join(server.dataDir, 'projects', 'quarry', 'database.sqlite');
  const stone = '/projects/quarry/records/stone/1';
  const nameInShell = () => runSqliteShell(path, 'SELECT name FROM stone WHERE id = 1;').trim();
  for (const format of ['csv', 'json', 'ndjson']) {
    await exportNow(server, 'quarry', 'table/stone', { format });
    nameInShell();
    assert.equal((await server.call('PATCH', stone, { json: { name: `served ${format}` } })).status, 200);
    assert.equal(nameInShell(), `served ${format}`);
    runSqliteShell(path, `UPDATE stone SET name = 'shell ${format}' WHERE id = 1;`);
    assert.equal((await server.call('GET', stone)).body.data.row.name, `shell ${format}`);
  }
  await server.restart();
  assert.equal((await server.call('GET', stone)).body.data.row.name, 'shell ndjson');
});
