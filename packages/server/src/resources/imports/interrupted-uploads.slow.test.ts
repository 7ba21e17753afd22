import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';

import { databaseFile } from '../../testing/databases/database-file.ts';
import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import { exportedSchema, importDatabase } from '../../testing/http/import-and-export.ts';
import { ADMIN_TOKEN, startTestServer, type TestServer } from '../../testing/http/test-server.ts';
import { eventually, nextEvent } from '../../testing/system/waiting.ts';

const file = databaseFile('CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1), (2);');

test('a client that disconnects during an upload leaves nothing behind, and others are served', async () => {
  await using server = await borrowTestServer();
  const folder = await givenProject(server);
  const before = await exportedSchema(server, 'library');

  const socket = await beginUpload(server, `content-length: ${file.byteLength}`, file.subarray(0, 4096));
  await eventually(async () => (await uploadsIn(folder)).length === 1);
  socket.destroy();
  await eventually(async () => (await uploadsIn(folder)).length === 0);

  assert.equal(await exportedSchema(server, 'library'), before);
  const answer = await importDatabase(server, 'library', file, { query: '?replace=true' });
  assert.equal(answer.status, 201);
});

test('an upload that ends before its announced length is discarded', async () => {
  await using server = await borrowTestServer();
  const folder = await givenProject(server);
  const before = await exportedSchema(server, 'library');

  const socket = await beginUpload(server, `content-length: ${file.byteLength + 1}`, file);
  await eventually(async () => (await uploadsIn(folder)).length === 1);
  socket.end();
  await eventually(async () => (await uploadsIn(folder)).length === 0);

  assert.equal(await exportedSchema(server, 'library'), before);
});

test('a project that is deleted during an upload is gone, and so is the upload', async () => {
  await using server = await borrowTestServer();
  const folder = await givenProject(server);

  const socket = await beginUpload(server, `content-length: ${file.byteLength}`, file.subarray(0, 4096));
  await eventually(async () => (await uploadsIn(folder)).length === 1);
  const json = { confirm_project_slug: 'library' };
  assert.equal((await server.call('DELETE', '/projects/library', { json })).status, 200);
  const answered = nextEvent(socket, 'data');
  socket.write(file.subarray(4096));
  const [answer] = await answered;
  socket.destroy();

  assert.match(String(answer), /^HTTP\/1\.1 503 /);
  assert.deepEqual(await readdir(join(server.dataDir, 'projects')), []);
  await server.createProject('library');
  assert.equal((await importDatabase(server, 'library', file)).status, 201);
});

test('the start removes uploads that a crash left, but not the database', async () => {
  await using server = await startTestServer();
  const folder = await givenProject(server);
  const before = await exportedSchema(server, 'library');
  await writeFile(join(folder, 'upload-1.sqlite'), 'half');
  await writeFile(join(folder, 'upload-1.sqlite-wal'), 'half');
  await mkdir(join(server.dataDir, 'projects', '.removed-x-1'));

  await server.restart();

  assert.deepEqual(await uploadsIn(folder), []);
  assert.deepEqual(await readdir(join(server.dataDir, 'projects')), ['library']);
  assert.equal(await exportedSchema(server, 'library'), before);
});

test('a project with a damaged file is unavailable until its database is replaced', async () => {
  await using server = await startTestServer();
  const folder = await givenProject(server);
  await server.restart();
  await rm(join(folder, 'database.sqlite-wal'), { force: true });
  await rm(join(folder, 'database.sqlite-shm'), { force: true });
  await writeFile(join(folder, 'database.sqlite'), 'overwritten by something else'.repeat(1000));

  const read = await server.call('POST', '/projects/library/export/schema');
  assert.equal(read.status, 503);
  assert.equal(read.body.error?.code, 'unavailable');
  assert.ok(read.headers.get('retry-after'));
  assert.equal((await importDatabase(server, 'library', file)).body.error?.code, 'unavailable');

  const replacing = { query: '?replace=true', headers: { 'idempotency-key': 'heal' } };
  const healed = await importDatabase(server, 'library', file, replacing);
  assert.equal(healed.status, 201);
  assert.equal(healed.body.data.import.replaced, true);
  const again = await importDatabase(server, 'library', file, replacing);
  assert.equal(again.headers.get('idempotency-replayed'), 'true');
  assert.match(await exportedSchema(server, 'library'), /CREATE TABLE t /);
});

test('a project with a missing file is unavailable until its database is replaced', async () => {
  await using server = await startTestServer();
  const folder = await givenProject(server);
  await server.restart();
  await rm(join(folder, 'database.sqlite'));

  const read = await server.call('POST', '/projects/library/export/schema');
  assert.equal(read.body.error?.code, 'unavailable');
  const replacing = { query: '?replace=true', headers: { 'idempotency-key': 'heal' } };
  assert.equal((await importDatabase(server, 'library', file, replacing)).status, 201);
  assert.match(await exportedSchema(server, 'library'), /CREATE TABLE t /);
});

/** Creates a project. @returns its folder. */
async function givenProject(server: TestServer): Promise<string> {
  await server.createProject('library');
  await importDatabase(server, 'library', databaseFile('CREATE TABLE kept (id INTEGER PRIMARY KEY);'));
  return join(server.dataDir, 'projects', 'library');
}

async function beginUpload(server: TestServer, lengthHeader: string, bytes: Buffer) {
  const { port } = new URL(server.url);
  const socket = connect({ host: '127.0.0.1', port: Number(port) });
  socket.on('error', () => undefined);
  socket.write(
    [
      'POST /projects/library/import/sqlite?replace=true HTTP/1.1',
      'host: x',
      `authorization: Bearer ${ADMIN_TOKEN}`,
      'content-type: application/octet-stream',
      lengthHeader,
      '\r\n',
    ].join('\r\n'),
  );
  socket.write(bytes);
  await once(socket, 'connect');
  return socket;
}

async function uploadsIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder);
  return names.filter((name) => name.startsWith('upload-'));
}
