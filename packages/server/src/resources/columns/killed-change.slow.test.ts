import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { databaseFile } from '../../testing/databases/database-file.ts';
import { temporaryFolder } from '../../testing/system/temporary-folder.ts';
import { eventually } from '../../testing/system/waiting.ts';
import { type RunningCommand, startCommandServer } from '../../testing/tools/command.ts';
import { runSqliteShell } from '../../testing/tools/sqlite-shell.ts';

const ADMIN_TOKEN = 'an-admin-token-given-by-hand';
const STONES = '/projects/example_project/column/stone';

const quarry = databaseFile(`
  CREATE TABLE stone (id INTEGER PRIMARY KEY AUTOINCREMENT, weight TEXT DEFAULT 'old', name TEXT UNIQUE);
  CREATE INDEX by_weight ON stone (weight);
  WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
    INSERT INTO stone (weight, name) SELECT hex(randomblob(20)), 'stone ' || i FROM n;
  CREATE TRIGGER heavy AFTER INSERT ON stone BEGIN SELECT 1; END;`);

/** A digest of all rows on one line. */
const DIGEST = `SELECT count(*), sum(id), sum(length(weight)), min(weight), max(weight) FROM stone;
  SELECT group_concat(type || ' ' || name) FROM (SELECT type, name FROM sqlite_schema WHERE tbl_name NOT LIKE '\\_%' ESCAPE '\\' ORDER BY type, name);
  SELECT * FROM sqlite_sequence WHERE name = 'stone';`;

test('if the server is killed while it rebuilds a table, the next start has the complete old or new table', async (context) => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'projects', 'example_project', 'database.sqlite');
  const start = () =>
    startCommandServer({ ROWHOUSE_DATA_DIR: folder.path, ROWHOUSE_ADMIN_TOKEN: ADMIN_TOKEN });
  {
    await using server = await start();
    assert.equal((await importInto(server)).status, 201);
    assert.equal(await server.stop('SIGTERM'), 0);
  }
  const digest = runSqliteShell(path, DIGEST);
  let cutOff = 0;
  // The size of the write-ahead log shows the progress of the change: it grows while rows are copied back.
  for (const logBytes of [0, 1, 4_000_000]) {
    await using server = await start();
    let isOver = false;
    const change = call(server, 'PATCH', `${STONES}/weight`, { default_value: `new ${logBytes}` })
      .then(
        () => 0,
        () => 1,
      )
      .finally(() => (isOver = true));
    await eventually(() => isOver || logBytesAt(path) >= logBytes);
    await server.stop('SIGKILL');
    cutOff += await change;

    await using again = await start();
    const text = await (await call(again, 'GET', `${STONES}/weight`)).text();
    const { default_value: found } = JSON.parse(text).data.column;
    context.diagnostic(`killed with ${logBytes} bytes in the log: the default is ${found}`);
    assert.match(found, /^(?:old|new \d+)$/);
    assert.equal(runSqliteShell(path, DIGEST), digest);
    assert.equal(runSqliteShell(path, 'PRAGMA integrity_check;'), 'ok\n');
    assert.equal(await again.stop('SIGTERM'), 0);
  }
  assert.ok(cutOff > 0, 'no change was cut off');
  await using server = await start();
  assert.equal((await call(server, 'PATCH', `${STONES}/weight`, { default_value: 'last' })).status, 200);
  assert.equal(runSqliteShell(path, DIGEST), digest);
});

function logBytesAt(path: string): number {
  return existsSync(`${path}-wal`) ? statSync(`${path}-wal`).size : 0;
}

function call(server: RunningCommand, method: string, path: string, json?: unknown): Promise<Response> {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' };
  return fetch(server.url + path, {
    method,
    headers,
    ...(json !== undefined && { body: JSON.stringify(json) }),
  });
}

function importInto(server: RunningCommand): Promise<Response> {
  return fetch(`${server.url}/projects/example_project/import/sqlite?replace=true`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/octet-stream' },
    body: Uint8Array.from(quarry),
  });
}
