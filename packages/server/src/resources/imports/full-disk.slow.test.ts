import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { databaseFile } from '../../testing/databases/database-file.ts';
import { smallDisk } from '../../testing/system/small-disk.ts';
import { type RunningCommand, startCommandServer } from '../../testing/tools/command.ts';
import { runSqliteShell } from '../../testing/tools/sqlite-shell.ts';

const ADMIN_TOKEN = 'an-admin-token-given-by-hand';
const PROJECT = '/projects/example_project';

const large = databaseFile(
  'CREATE TABLE stone (id INTEGER PRIMARY KEY, weight BLOB); INSERT INTO stone VALUES (1, zeroblob(500000));',
);

test('on a full disk imports and exports fail with storage_full, stored data is kept, and everything works when there is space', async (context) => {
  using disk = smallDisk();
  context.diagnostic(`the disk is made small by: ${disk.kind}`);
  await using server = await startCommandServer({
    ROWHOUSE_DATA_DIR: disk.path,
    ROWHOUSE_ADMIN_TOKEN: ADMIN_TOKEN,
  });
  const before = await schemaOf(server);
  const exportsBefore = await filesIn(join(disk.path, 'exports', 'example_project'));

  disk.fill(server.pid, 0);
  await assertStorageFull(await importInto(server, large));
  await assertStorageFull(await call(server, 'POST', `${PROJECT}/export/schema`, '{"format":"sql"}'));
  const creation = '{"project_slug":"later","project_name":"Later"}';
  assert.ok([503, 507].includes((await call(server, 'POST', '/projects', creation)).status));
  assert.equal((await call(server, 'GET', PROJECT)).status, 200);
  assert.deepEqual(await filesIn(join(disk.path, 'exports', 'example_project')), exportsBefore);
  assert.deepEqual(await uploadsIn(disk.path), []);

  disk.free(server.pid);
  assert.equal(await schemaOf(server), before);
  assert.equal((await call(server, 'POST', '/projects', creation)).status, 201);
  assert.equal((await call(server, 'POST', '/projects/later/export/schema')).status, 201);
  assert.equal((await importInto(server, large)).status, 201);
  assert.equal(await server.stop('SIGTERM'), 0);
});

test('with little space on the disk, an import succeeds or fails completely', async () => {
  using disk = smallDisk();
  await using server = await startCommandServer({
    ROWHOUSE_DATA_DIR: disk.path,
    ROWHOUSE_ADMIN_TOKEN: ADMIN_TOKEN,
  });
  const statuses: number[] = [];
  for (const spare of [-4096, 0, 8192, 32_768, 262_144]) {
    disk.fill(server.pid, large.byteLength + spare);
    const answer = await importInto(server, large);
    statuses.push(answer.status);
    if (answer.status !== 201) await assertStorageFull(answer);
    assert.deepEqual(await uploadsIn(disk.path), []);
    disk.free(server.pid);
    const path = join(disk.path, 'projects', 'example_project', 'database.sqlite');
    assert.equal(runSqliteShell(path, 'PRAGMA integrity_check;'), 'ok\n', `with ${spare} bytes to spare`);
  }
  assert.equal(statuses[0], 507);
  assert.equal(statuses.at(-1), 201, statuses.join(' '));
});

function call(server: RunningCommand, method: string, path: string, body?: string): Promise<Response> {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
  if (body === undefined) return fetch(server.url + path, { method, headers });
  return fetch(server.url + path, {
    method,
    body,
    headers: { ...headers, 'content-type': 'application/json' },
  });
}

function importInto(server: RunningCommand, file: Buffer): Promise<Response> {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/octet-stream' };
  const path = `${PROJECT}/import/sqlite?replace=true`;
  return fetch(server.url + path, { method: 'POST', headers, body: Uint8Array.from(file) });
}

async function schemaOf(server: RunningCommand): Promise<string> {
  const created = await call(server, 'POST', `${PROJECT}/export/schema`, '{"format":"sql"}');
  const text = await created.text();
  assert.equal(created.status, 201, text);
  const url = JSON.parse(text).data.export.download_url;
  return (await call(server, 'GET', url)).text();
}

async function assertStorageFull(response: Response): Promise<void> {
  const text = await response.text();
  assert.equal(response.status, 507, text);
  assert.equal(JSON.parse(text).error.code, 'storage_full');
}

async function filesIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder)).toSorted((a, b) => a.localeCompare(b));
}

async function uploadsIn(dataDir: string): Promise<readonly string[]> {
  const names = await readdir(join(dataDir, 'projects', 'example_project'));
  return names.filter((name) => name.startsWith('upload-'));
}
