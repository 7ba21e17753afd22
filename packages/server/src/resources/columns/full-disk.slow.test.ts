import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { databaseFile } from '../../testing/databases/database-file.ts';
import { smallDisk } from '../../testing/system/small-disk.ts';
import { type RunningCommand, startCommandServer } from '../../testing/tools/command.ts';
import { runSqliteShell } from '../../testing/tools/sqlite-shell.ts';

const ADMIN_TOKEN = 'an-admin-token-given-by-hand';
const PROJECT = '/projects/example_project';
const STONES = `${PROJECT}/column/stone`;

/** About 1 MB. */
const quarry = databaseFile(`
  CREATE TABLE stone (id INTEGER PRIMARY KEY, weight TEXT NOT NULL, note TEXT UNIQUE);
  WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9000)
    INSERT INTO stone SELECT i, hex(randomblob(30)), 'note ' || i FROM n;`);

test('with little space on the disk, a column is changed or the answer is storage_full, and nothing is lost', async (context) => {
  using disk = smallDisk();
  context.diagnostic(`the disk is made small by: ${disk.kind}`);
  await using server = await startCommandServer({
    ROWHOUSE_DATA_DIR: disk.path,
    ROWHOUSE_ADMIN_TOKEN: ADMIN_TOKEN,
  });
  assert.equal((await importInto(server)).status, 201);
  const path = join(disk.path, 'projects', 'example_project', 'database.sqlite');
  const rows = 'SELECT count(*), sum(id), min(weight), max(weight), max(note) FROM stone;';
  const before = runSqliteShell(path, rows);
  const statuses: number[] = [];
  for (const [position, room] of [0, 65_536, 524_288, 4_194_304].entries()) {
    for (const change of [{ default_value: String(position) }, { is_unique: position % 2 === 0 }]) {
      disk.fill(server.pid, room);
      const answer = await call(server, 'PATCH', `${STONES}/weight`, change);
      disk.free(server.pid);
      statuses.push(answer.status);
      const { error } = (await answer.json()) as {
        readonly error: { readonly code: string; readonly message: string } | null;
      };
      if (answer.status !== 200) assert.equal(error?.code, 'storage_full', error?.message);
      assert.equal(runSqliteShell(path, rows), before, `with room for ${room} bytes`);
      assert.equal(runSqliteShell(path, 'PRAGMA integrity_check;'), 'ok\n');
    }
  }
  assert.equal(statuses[0], 507, statuses.join(' '));
  assert.deepEqual(statuses.slice(-2), [200, 200], statuses.join(' '));
  assert.equal((await call(server, 'DELETE', `${STONES}/note`)).status, 200);
  assert.equal(await server.stop('SIGTERM'), 0);
});

function call(server: RunningCommand, method: string, path: string, json?: unknown): Promise<Response> {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' };
  return fetch(server.url + path, {
    method,
    headers,
    ...(json !== undefined && { body: JSON.stringify(json) }),
  });
}

function importInto(server: RunningCommand): Promise<Response> {
  return fetch(`${server.url}${PROJECT}/import/sqlite?replace=true`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/octet-stream' },
    body: Uint8Array.from(quarry),
  });
}
