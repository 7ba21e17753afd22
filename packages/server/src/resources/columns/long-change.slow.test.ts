import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { databaseFile } from '../../testing/databases/database-file.ts';
import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import { importDatabase } from '../../testing/http/import-and-export.ts';

const LOG_KEPT_BYTES = 16 * 1024 * 1024;

const quarry = databaseFile(`
  CREATE TABLE stone (id INTEGER PRIMARY KEY, weight TEXT, note TEXT UNIQUE);
  WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000)
    INSERT INTO stone SELECT i, hex(randomblob(20)), 'note ' || i FROM n;`);

test('while a large table is rebuilt, its old rows can be read, and other projects can read and write', async () => {
  await using server = await borrowTestServer();
  await server.createProject('quarry');
  await server.createProject('other');
  assert.equal((await importDatabase(server, 'quarry', quarry)).status, 201);
  await server.call('POST', '/projects/other/table', { json: { table_name: 'notes' } });

  const state = { underWay: true };
  const change = server
    .call('PATCH', '/projects/quarry/column/stone/weight', { json: { default_value: 'x' } })
    .finally(() => (state.underWay = false));
  let rounds = 0;
  while (state.underWay) {
    const answers = await Promise.all([
      server.call('GET', '/projects/quarry/records/stone/299999'),
      server.call('GET', '/projects/quarry/records/stone?limit=5'),
      server.call('POST', '/projects/other/records/notes', { json: {} }),
      server.call('POST', '/projects/other/column/notes', { json: { column_name: `c${rounds}` } }),
    ]);
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 201, 201],
    );
    if (state.underWay) rounds += 1;
  }
  const changed = await change;
  assert.equal(changed.body.data.column.default_value, 'x');
  assert.ok(rounds >= 3, `only ${rounds} rounds while the table was made anew`);

  const log = join(server.dataDir, 'projects', 'quarry', 'database.sqlite-wal');
  const grown = statSync(log).size;
  await server.call('POST', '/projects/quarry/records/stone', { json: {} });
  assert.ok(grown > LOG_KEPT_BYTES && statSync(log).size <= LOG_KEPT_BYTES, 'the log gives its room back');
});
