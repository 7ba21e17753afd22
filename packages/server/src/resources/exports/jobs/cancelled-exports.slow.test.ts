import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';

import { databaseFile } from '../../../testing/databases/database-file.ts';
import {
  requestOf,
  download,
  ENDLESS,
  exportLater,
  exportNow,
  exportProcesses,
  filesOf,
  listExports,
  projectOf,
  stones,
  whenExport,
} from '../../../testing/http/exports.ts';
import { importDatabase } from '../../../testing/http/import-and-export.ts';
import { startTestServer, type TestServer } from '../../../testing/http/test-server.ts';
import { eventually } from '../../../testing/system/waiting.ts';

const FORMATS = ['zip', 'zip-csv', 'json', 'sql', 'sqlite'];

test('a deleted export, pending or running, leaves no file and no process', async () => {
  await using server = await startTestServer();
  await projectOf(server, 'quarry', ENDLESS);
  const running = await exportLater(server, 'quarry', 'table/endless');
  await whenExport(server, 'quarry', running, 'running');
  const pending = await exportLater(server, 'quarry', 'table/endless');
  await eventually(() => exportProcesses(process.pid).length === 1);

  for (const { id } of [pending, running]) {
    const { body } = await server.call('DELETE', `/projects/quarry/exports/${id}`);
    assert.deepEqual(body.data, { deleted: true, export_id: id });
    const gone = await server.call('GET', `/projects/quarry/exports/${id}`);
    assert.equal(gone.body.error?.code, 'not_found');
  }
  await assertNothingLeft(server, 'quarry');
});

test('an export of any format that is deleted at any time leaves nothing', async () => {
  await using server = await startTestServer();
  await projectOf(server, 'quarry', stones(20_000));
  await projectOf(server, 'endless', ENDLESS);
  for (let round = 0; round < 20; round += 1) {
    const format = FORMATS[round % FORMATS.length];
    const { id } = await exportLater(server, 'quarry', 'database', { format, file_name: `f${round}` });
    await setTimeout(Math.random() * 250);
    assert.equal((await server.call('DELETE', `/projects/quarry/exports/${id}`)).status, 200);
    await endIdleProcess(server);
    await assertNothingLeft(server, 'quarry');
  }
});

/** Ends the process of an export that was complete before its deletion, which waits for the next export: it is killed during that one. */
async function endIdleProcess(server: TestServer): Promise<void> {
  await eventually(async () => {
    if (exportProcesses(process.pid).length === 0) return true;
    const { id } = await exportLater(server, 'endless', 'table/endless');
    await whenExport(server, 'endless', { id }, 'running');
    await server.call('DELETE', `/projects/endless/exports/${id}`);
    return false;
  });
}

test('a client that disconnects before its export is ready cancels it, and nothing is left', async () => {
  await using server = await startTestServer();
  await projectOf(server, 'quarry', `${ENDLESS} ${stones(20_000)}`);
  const leave = new AbortController();
  const url = `${server.url}/projects/quarry/export/table/endless`;
  const token = (await server.call('POST', '/projects/quarry/auth/tokens')).body.data.token.token;
  const headers = { authorization: `Bearer ${token}` };
  const requested = fetch(url, { method: 'POST', headers, signal: leave.signal });
  await eventually(() => exportProcesses(process.pid).length === 1);
  leave.abort();
  await assert.rejects(requested, { name: 'AbortError' });
  await assertNothingLeft(server, 'quarry');

  // The next export does not wait for the cancelled one.
  assert.equal((await exportNow(server, 'quarry', 'table/stone')).row_count, 20_000);
});

test('a synchronous export is not_found if another client deletes it', async () => {
  await using server = await startTestServer();
  await projectOf(server, 'quarry', ENDLESS);
  const requested = requestOf(server, 'quarry', 'table/endless');
  await eventually(async () => (await listExports(server, 'quarry', '&status=running')).length === 1);
  const [running] = await listExports(server, 'quarry');
  assert.equal((await server.call('DELETE', `/projects/quarry/exports/${running?.id}`)).status, 200);
  assert.equal((await requested).body.error?.code, 'not_found');
  await assertNothingLeft(server, 'quarry');
});

test('deleting a project does not wait for its exports, and nothing is left', async () => {
  await using server = await startTestServer();
  await projectOf(server, 'quarry', ENDLESS);
  const waiting = requestOf(server, 'quarry', 'table/endless');
  for (let count = 0; count < 3; count += 1) await exportLater(server, 'quarry', 'table/endless');
  await eventually(() => exportProcesses(process.pid).length === 1);

  const deletion = { confirm_project_slug: 'quarry' };
  assert.equal((await server.call('DELETE', '/projects/quarry', { json: deletion })).status, 200);
  const { status, body } = await waiting;
  assert.ok([404, 409].includes(status), JSON.stringify(body));
  await eventually(() => exportProcesses(process.pid).length === 0);
  assert.deepEqual(filesOf(server.dataDir, 'quarry'), []);

  // A new project with the same slug is independent.
  await projectOf(server, 'quarry', stones(5));
  assert.deepEqual(await listExports(server, 'quarry'), []);
  assert.equal((await exportNow(server, 'quarry', 'table/stone')).row_count, 5);
});

test('replacing a database does not wait for its exports, which have the old or the new content', async () => {
  await using server = await startTestServer();
  await projectOf(
    server,
    'quarry',
    `${ENDLESS} CREATE TABLE stone (a PRIMARY KEY) WITHOUT ROWID; INSERT INTO stone VALUES ('old');`,
  );
  const waiting = requestOf(server, 'quarry', 'table/endless');
  const running = await exportLater(server, 'quarry', 'table/endless');
  const pending = await exportLater(server, 'quarry', 'table/stone');
  await eventually(() => exportProcesses(process.pid).length === 1);

  const other = databaseFile(
    `CREATE TABLE stone (a PRIMARY KEY) WITHOUT ROWID; INSERT INTO stone VALUES ('new');`,
  );
  const replaced = await importDatabase(server, 'quarry', Uint8Array.from(other), { query: '?replace=true' });
  assert.equal(replaced.status, 201);
  assert.equal((await waiting).body.error?.code, 'conflict');
  const stopped = await whenExport(server, 'quarry', running, 'failed');
  assert.match(stopped.status_reason ?? '', /^conflict: The database was replaced/);
  const ended = await whenExport(server, 'quarry', pending, 'failed', 'ready');
  if (ended.status === 'ready') assert.match(String(await download(server, ended)), /old|new/);
  else assert.match(ended.status_reason ?? '', /^conflict: The database was replaced/);
  await eventually(() => exportProcesses(process.pid).length === 0);
  const ready = (await listExports(server, 'quarry', '&status=ready')).map(({ id }) => id);
  assert.deepEqual(filesOf(server.dataDir, 'quarry'), ready);

  const made = await exportNow(server, 'quarry', 'table/stone');
  assert.equal(String(await download(server, made)), 'a\r\n"new"\r\n');
});

async function assertNothingLeft(server: TestServer, project: string): Promise<void> {
  await eventually(async () => (await listExports(server, project)).length === 0);
  await eventually(() => filesOf(server.dataDir, project).length === 0);
  await eventually(() => exportProcesses(process.pid).length === 0);
  assert.deepEqual(filesOf(server.dataDir, project), []);
}
