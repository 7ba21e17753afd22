import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { smallDisk } from '../../testing/system/small-disk.ts';
import { type RunningCommand, startCommandServer } from '../../testing/tools/command.ts';
import { runSqliteShell } from '../../testing/tools/sqlite-shell.ts';

const ADMIN_TOKEN = 'an-admin-token-given-by-hand';
const LARGE = 'x'.repeat(20_000);

test('on a full disk every write of a batch fails with storage_full and stores nothing; with space everything works again', async (context) => {
  using disk = smallDisk();
  context.diagnostic(`the disk is made small by: ${disk.kind}`);
  await using server = await startCommandServer({
    ROWHOUSE_DATA_DIR: disk.path,
    ROWHOUSE_ADMIN_TOKEN: ADMIN_TOKEN,
    ROWHOUSE_LOG_LEVEL: 'fatal',
  });
  const columns = [{ column_name: 'name', is_unique: true }, { column_name: 'text' }];
  assert.equal((await post(server, 'table', { table_name: 'entries', columns })).status, 201);
  assert.equal((await post(server, 'records/entries', { name: 'before' })).status, 201);

  disk.fill(server.pid, 0);
  const single = Array.from({ length: 20 }, (_, index) =>
    post(server, 'records/entries', { name: `s${index}`, text: LARGE }),
  );
  const rows = Array.from({ length: 50 }, (_, index) => ({ name: `b${index}`, text: LARGE }));
  const bulk = post(server, 'records/entries', { rows });
  for (const response of await Promise.all([...single, bulk])) {
    const text = await response.text();
    assert.equal(response.status, 507, text);
    assert.equal(JSON.parse(text).error.code, 'storage_full');
  }
  assert.deepEqual(await names(server), ['before']);

  disk.free(server.pid);
  assert.deepEqual(await names(server), ['before']);
  assert.equal((await post(server, 'records/entries', { rows })).status, 201);
  assert.equal((await post(server, 'records/entries', { name: 's0', text: LARGE })).status, 201);
  const path = join(disk.path, 'projects', 'example_project', 'database.sqlite');
  assert.equal(runSqliteShell(path, 'SELECT count(*) FROM entries; PRAGMA integrity_check;'), '52\nok\n');
});

interface Row {
  readonly name: string;
}

async function names(server: RunningCommand): Promise<readonly unknown[]> {
  const listed = await call(server, 'GET', 'records/entries?columns=name');
  const { data } = (await listed.json()) as { readonly data: { readonly rows: readonly Row[] } };
  return data.rows.map(({ name }) => name);
}

function post(server: RunningCommand, path: string, body: unknown): Promise<Response> {
  return call(server, 'POST', path, JSON.stringify(body));
}

function call(server: RunningCommand, method: string, path: string, body?: string): Promise<Response> {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' };
  const url = `${server.url}/projects/example_project/${path}`;
  return fetch(url, { method, headers, ...(body !== undefined && { body }) });
}
