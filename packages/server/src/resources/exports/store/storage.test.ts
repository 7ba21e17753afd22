import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { download, exportNow, filesOf, projectOf, stones } from '../../../testing/http/exports.ts';
import { startTestServer } from '../../../testing/http/test-server.ts';

test('what lies in the store and is nobody’s is gone after a start, half files and folders too; what is somebody’s stays', async () => {
  await using server = await startTestServer();
  await projectOf(server, 'quarry', stones(100));
  const first = await exportNow(server, 'quarry', 'table/stone');
  const other = await exportNow(server, 'quarry', 'database', { format: 'sqlite' });
  const store = join(server.dataDir, 'exports');
  await server.restart(() => {
    for (const name of [
      'exp_20260601_182345_a1b2c3d4e5',
      'notes.txt',
      `${first.id}.draft`,
      'x.draft',
      'x.draft-journal',
      'x.draft-wal',
    ]) {
      writeFileSync(join(store, 'quarry', name), 'half');
    }
    mkdirSync(join(store, 'gone', 'deeper'), { recursive: true });
    writeFileSync(join(store, 'gone', 'exp_20260601_182345_a1b2c3d4e5'), 'somebody’s once');
    writeFileSync(join(store, 'gone', 'deeper', 'x'), '');
  });
  assert.deepEqual(readdirSync(store), ['quarry']);
  assert.deepEqual(filesOf(server.dataDir, 'quarry'), [first.id, other.id].toSorted());
  for (const made of [first, other]) {
    assert.equal((await download(server, made)).byteLength, made.size_bytes);
  }
});

test('folders that are not of exports keep no server from its start, and stay', async () => {
  await using server = await startTestServer();
  await projectOf(server, 'quarry', stones(100));
  const made = await exportNow(server, 'quarry', 'table/stone');
  const store = join(server.dataDir, 'exports');
  const folders = [join(store, 'lost+found'), join(store, 'quarry', 'by hand.draft')];
  await server.restart(() => folders.forEach((folder) => mkdirSync(folder)));
  for (const folder of folders) assert.equal(existsSync(folder), true, folder);
  assert.equal((await download(server, made)).byteLength, made.size_bytes);
  const { status } = await server.call('GET', '/projects/quarry/exports');
  assert.equal(status, 200);
});

test('a folder of exports that somebody removed is made again', async () => {
  await using server = await startTestServer();
  await projectOf(server, 'quarry', stones(100));
  await exportNow(server, 'quarry', 'table/stone');
  rmSync(join(server.dataDir, 'exports'), { recursive: true });
  for (const format of ['csv', 'json']) {
    const made = await exportNow(server, 'quarry', 'table/stone', { format });
    assert.equal((await download(server, made)).byteLength, made.size_bytes);
  }
});
