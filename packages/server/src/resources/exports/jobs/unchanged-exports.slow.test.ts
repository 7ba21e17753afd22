import assert from 'node:assert/strict';
import { linkSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { databaseFile } from '../../../testing/databases/database-file.ts';
import {
  download,
  exportNow,
  filesOf,
  type Manifest,
  projectOf,
  stones,
} from '../../../testing/http/exports.ts';
import { importDatabase } from '../../../testing/http/import-and-export.ts';
import { startTestServer, type TestServer } from '../../../testing/http/test-server.ts';
import { runSqliteShell } from '../../../testing/tools/sqlite-shell.ts';

const WAYS = [
  ['schema', { format: 'sql' }],
  ['table/stone', { format: 'csv' }],
  ['table/stone', { format: 'json', filters: { id: 1 } }],
  ['database', { format: 'zip' }],
  ['database', { format: 'sql' }],
  ['database', { format: 'sqlite' }],
] as const;

test('a repeated export without a change in between reuses the file, which is counted once', async () => {
  await using server = await startTestServer();
  await projectOf(server, 'quarry', stones(500));
  for (const [what, json] of WAYS) {
    const first = await exportNow(server, 'quarry', what, json);
    const counted = await exportBytes(server);
    const second = await exportNow(server, 'quarry', what, { ...json, file_name: 'again', expires_in: 60 });
    assert.notEqual(second.id, first.id);
    assert.equal(second.sha256, first.sha256);
    assert.match(second.download_name, /^again\./);
    assert.notEqual(second.expires_at, null);
    assert.equal(inodeOf(server, second), inodeOf(server, first), what);
    assert.equal(await exportBytes(server), counted);
    assert.deepEqual(await download(server, second), await download(server, first));

    await remove(server, first);
    assert.equal((await download(server, second)).byteLength, first.size_bytes);
    assert.equal(await exportBytes(server), counted);
    await remove(server, second);
    assert.deepEqual(filesOf(server.dataDir, 'quarry'), []);
  }
});

test('after any change the export is created again, and is correct', async () => {
  await using server = await startTestServer();
  await projectOf(server, 'quarry', stones(5));
  const path = join(server.dataDir, 'projects', 'quarry', 'database.sqlite');
  const call = async (method: string, route: string, json?: unknown) => {
    const { status, body } = await server.call(method, `/projects/quarry/${route}`, { json });
    assert.ok(status < 300, JSON.stringify(body.error));
  };
  const changes: readonly (readonly [what: string, change: () => unknown])[] = [
    ['a row that is put in', () => call('POST', 'records/stone', { name: 'new' })],
    ['a row that is changed', () => call('PATCH', 'records/stone/1', { name: 'other' })],
    ['a row that is changed to the same length', () => call('PATCH', 'records/stone/1', { name: 'OTHER' })],
    ['a row that is removed', () => call('DELETE', 'records/stone/2')],
    ['a column', () => call('POST', 'column/stone', { column_name: 'colour' })],
    ['a column of another name', () => call('PATCH', 'column/stone/colour', { new_column_name: 'hue' })],
    ['the sqlite3 shell', () => runSqliteShell(path, "UPDATE stone SET hue = 'red';")],
    ['another write of the shell', () => runSqliteShell(path, "UPDATE stone SET hue = 'tan';")],
    [
      'an import',
      () => importInto(server, 'CREATE TABLE stone (id INTEGER PRIMARY KEY); INSERT INTO stone VALUES (7);'),
    ],
    [
      'an import of the same size',
      () => importInto(server, 'CREATE TABLE stone (id INTEGER PRIMARY KEY); INSERT INTO stone VALUES (8);'),
    ],
    [
      'a write after a restart',
      async () => {
        await server.restart();
        await call('POST', 'records/stone', { id: 9 });
      },
    ],
    [
      'a write while the server is down',
      () => server.restart(() => runSqliteShell(path, 'INSERT INTO stone VALUES (10);')),
    ],
  ];
  const seen = new Set<string>();
  let before = await exportNow(server, 'quarry', 'table/stone');
  for (const [what, change] of changes) {
    seen.add(before.sha256);
    await change();
    const after = await exportNow(server, 'quarry', 'table/stone');
    assert.equal(seen.has(after.sha256), false, what);
    assert.notEqual(inodeOf(server, after), inodeOf(server, before), what);
    assert.equal(after.row_count, Number(runSqliteShell(path, 'SELECT count(*) FROM stone;')));
    assert.equal((await exportNow(server, 'quarry', 'table/stone')).sha256, after.sha256, what);
    before = after;
  }
});

test('another format, filter, column or order is another export', async () => {
  await using server = await startTestServer();
  await projectOf(server, 'quarry', stones(5));
  const requested = [
    {},
    { format: 'json' },
    { format: 'ndjson' },
    { columns: ['id'] },
    { columns: ['name'] },
    { filters: { id: 1 } },
    { filters: { id: 2 } },
    { limit: 3 },
    { offset: 1 },
    { order: 'desc' },
    { delimiter: ';' },
    { bom: true },
  ];
  const made: Manifest[] = [];
  for (const json of requested) made.push(await exportNow(server, 'quarry', 'table/stone', json));
  assert.equal(new Set(made.map((each) => inodeOf(server, each))).size, requested.length);
  assert.equal(new Set(made.map(({ sha256 }) => sha256)).size, requested.length);
});

test('the rows of a view are read again every time', async () => {
  await using server = await startTestServer();
  await projectOf(server, 'quarry', 'CREATE VIEW chance AS SELECT random() AS number;');
  const [first, second] = [
    await exportNow(server, 'quarry', 'table/chance'),
    await exportNow(server, 'quarry', 'table/chance'),
  ];
  assert.notEqual(first.sha256, second.sha256);
});

test('a file that is missing or truncated is not reused', async () => {
  await using server = await startTestServer();
  await projectOf(server, 'quarry', stones(50));
  for (const spoil of [(path: string) => rmSync(path), (path: string) => truncateSync(path, 10)]) {
    const spoilt = await exportNow(server, 'quarry', 'table/stone');
    spoil(pathOf(server, spoilt));
    const made = await exportNow(server, 'quarry', 'table/stone');
    assert.equal(made.sha256, spoilt.sha256);
    assert.equal((await download(server, made)).byteLength, made.size_bytes);
    await remove(server, spoilt);
    await remove(server, made);
  }
});

test('a file with the maximum number of hard links is created again', async (context) => {
  await using server = await startTestServer();
  await projectOf(server, 'quarry', stones(5));
  const first = await exportNow(server, 'quarry', 'table/stone');
  const names = namesAtMost(pathOf(server, first), join(server.dataDir, 'name'));
  if (names === null) return context.skip('this file system has room for more names than can be tried');
  const second = await exportNow(server, 'quarry', 'table/stone');
  assert.notEqual(inodeOf(server, second), inodeOf(server, first));
  assert.deepEqual(await download(server, second), await download(server, first));
  return undefined;
});

/** Adds links to a file until the limit. @returns their number, or null if there is no limit. */
function namesAtMost(path: string, prefix: string): number | null {
  for (let count = 1; count < 66_000; count += 1) {
    try {
      linkSync(path, `${prefix}${count}`);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EMLINK') return count;
      throw error;
    }
  }
  return null;
}

async function importInto(server: TestServer, statements: string): Promise<void> {
  const body = Uint8Array.from(databaseFile(statements));
  assert.equal((await importDatabase(server, 'quarry', body, { query: '?replace=true' })).status, 201);
}

async function exportBytes(server: TestServer): Promise<number> {
  const { body } = await server.call('GET', '/projects/quarry');
  return body.data.storage.export_bytes;
}

async function remove(server: TestServer, { id }: Manifest): Promise<void> {
  assert.equal((await server.call('DELETE', `/projects/quarry/exports/${id}`)).status, 200);
}

function pathOf(server: TestServer, { id }: Manifest): string {
  return join(server.dataDir, 'exports', 'quarry', id);
}

function inodeOf(server: TestServer, made: Manifest): number {
  return statSync(pathOf(server, made)).ino;
}
