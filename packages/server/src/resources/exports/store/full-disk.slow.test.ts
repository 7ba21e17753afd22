import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { databaseFile } from '../../../testing/databases/database-file.ts';
import { filesOf, type Manifest, stones } from '../../../testing/http/exports.ts';
import { openFiles } from '../../../testing/system/open-files.ts';
import { smallDisk } from '../../../testing/system/small-disk.ts';
import { eventually } from '../../../testing/system/waiting.ts';
import { type RunningCommand, startCommandServer } from '../../../testing/tools/command.ts';

const ADMIN_TOKEN = 'an-admin-token-given-by-hand';

/** About 1.2 MB, and half of that as an archive. */
const quarry = databaseFile(stones(10_000));

const WAYS = [
  ['table/stone', 'csv'],
  ['table/stone', 'json'],
  ['database', 'sql'],
  ['database', 'sqlite'],
  ['database', 'zip'],
] as const;

test('without space on the disk an export is refused or fails, its partial file is removed, and it succeeds when there is space', async (context) => {
  using disk = smallDisk();
  context.diagnostic(`the disk is made small by: ${disk.kind}`);
  await using server = await startCommandServer({
    ROWHOUSE_DATA_DIR: disk.path,
    ROWHOUSE_ADMIN_TOKEN: ADMIN_TOKEN,
  });
  assert.equal((await importInto(server)).status, 201);
  const files = () => filesOf(disk.path, 'example_project');
  const exportsFolder = join(disk.path, 'exports');

  for (const [what, format] of WAYS) {
    for (const room of [200_000, 400_000]) {
      disk.fill(server.pid, room);
      const answer = await call(server, 'POST', `export/${what}`, { format });
      assert.equal(answer.status, 507, `${format} with ${room}: ${await answer.clone().text()}`);
      assert.equal(JSON.parse(await answer.text()).error.code, 'storage_full');
      assert.deepEqual(files(), []);

      const later = await call(server, 'POST', `export/${what}`, { format }, 'respond-async');
      assert.equal(later.status, 202);
      const requested: Manifest = JSON.parse(await later.text()).data.export;
      await eventually(async () => (await find(server, requested)).status === 'failed');
      assert.match((await find(server, requested)).status_reason ?? '', /^storage_full: /, format);
      assert.deepEqual(files(), []);
      assert.equal((await call(server, 'GET', 'records/stone/1')).status, 200);
      disk.free(server.pid);
    }
    const made = await call(server, 'POST', `export/${what}`, { format });
    assert.equal(made.status, 201, await made.clone().text());
    const { id }: Manifest = JSON.parse(await made.text()).data.export;
    const downloaded = await call(server, 'GET', `export/download/${id}`);
    assert.equal(downloaded.status, 200);
    await downloaded.arrayBuffer();
    // Removing a file frees no space while the server has it open.
    await eventually(() => openFiles(exportsFolder, server.pid).length === 0);
    assert.deepEqual(files(), [id]);

    // An export can be deleted on a full disk, which frees space.
    disk.fill(server.pid, 0);
    assert.equal((await call(server, 'DELETE', `exports/${id}`)).status, 200);
    assert.deepEqual(files(), []);
    disk.free(server.pid);
  }
  assert.equal(await server.stop('SIGTERM'), 0);
});

async function find(server: RunningCommand, { id }: Manifest): Promise<Manifest> {
  return JSON.parse(await (await call(server, 'GET', `exports/${id}`)).text()).data.export;
}

function importInto(server: RunningCommand): Promise<Response> {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/octet-stream' };
  const path = '/projects/example_project/import/sqlite?replace=true';
  return fetch(server.url + path, { method: 'POST', headers, body: Uint8Array.from(quarry) });
}

function call(
  server: RunningCommand,
  method: string,
  path: string,
  json?: unknown,
  prefer = '',
): Promise<Response> {
  return fetch(`${server.url}/projects/example_project/${path}`, {
    method,
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json', prefer },
    ...(json !== undefined && { body: JSON.stringify(json) }),
  });
}
