import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { borrowTestServer } from '../../../testing/http/borrowed-server.ts';
import { download, exportNow, filesOf, projectOf, stones } from '../../../testing/http/exports.ts';
import { startTestServer } from '../../../testing/http/test-server.ts';
import { folderContent } from '../../../testing/system/folder-content.ts';
import { runSqliteShell } from '../../../testing/tools/sqlite-shell.ts';

test('the start removes drafts of exports, and no file or folder that is not in the catalog', async () => {
  await using server = await startTestServer();
  await projectOf(server, 'quarry', stones(100));
  const first = await exportNow(server, 'quarry', 'table/stone');
  const other = await exportNow(server, 'quarry', 'database', { format: 'sqlite' });
  const store = join(server.dataDir, 'exports');
  const unknown = ['exp_20260601_182345_a1b2c3d4e5', 'notes.txt', 'x.draft', 'my.draft.txt'];
  const drafts = [
    `${first.id}.draft`,
    'exp_20260601_182345_a1b2c3d4e5.draft',
    'exp_20260601_182345_a1b2c3d4e5.draft-journal',
    'exp_20260601_182345_a1b2c3d4e5.draft-wal',
  ];
  mkdirSync(join(store, 'gone', 'deeper'), { recursive: true });
  for (const name of ['exp_20260601_182345_a1b2c3d4e5', 'exp_20260601_182345_a1b2c3d4e5.draft', 'deeper/x']) {
    writeFileSync(join(store, 'gone', name), 'somebody’s once');
  }
  const before = folderContent(join(store, 'gone'));
  await server.restart(() => {
    for (const name of [...unknown, ...drafts]) writeFileSync(join(store, 'quarry', name), 'half');
  });
  assert.deepEqual(filesOf(server.dataDir, 'quarry'), [first.id, other.id, ...unknown].toSorted());
  assert.deepEqual(folderContent(join(store, 'gone')), before);
  for (const made of [first, other]) {
    assert.equal((await download(server, made)).byteLength, made.size_bytes);
  }
});

test('with a catalog restored from an older copy, the start keeps newer exports', async () => {
  await using server = await startTestServer();
  await projectOf(server, 'quarry', stones(100));
  const old = await exportNow(server, 'quarry', 'table/stone');
  const catalog = join(server.dataDir, 'catalog.sqlite');
  let yesterday = Buffer.alloc(0);
  await server.restart(() => (yesterday = readFileSync(catalog)));
  const young = await exportNow(server, 'quarry', 'database', { format: 'sqlite' });
  await projectOf(server, 'orchard', stones(1));
  const unknown = await exportNow(server, 'orchard', 'table/stone');
  await server.restart(() => writeFileSync(catalog, yesterday));
  assert.deepEqual(filesOf(server.dataDir, 'quarry'), [old.id, young.id].toSorted());
  assert.deepEqual(filesOf(server.dataDir, 'orchard'), [unknown.id]);
});

test('the start removes the files of exports that have failed or expired', async () => {
  await using server = await startTestServer();
  await projectOf(server, 'quarry', stones(100));
  const made = await exportNow(server, 'quarry', 'table/stone');
  const kept = await exportNow(server, 'quarry', 'schema');
  await server.restart(() => {
    const path = join(server.dataDir, 'catalog.sqlite');
    runSqliteShell(path, `UPDATE exports SET status = 'failed' WHERE id = '${made.id}';`);
  });
  assert.deepEqual(filesOf(server.dataDir, 'quarry'), [kept.id]);
});

test('if the deletion of a project was interrupted, the next start removes its exports', async () => {
  await using server = await startTestServer();
  await projectOf(server, 'quarry', stones(100));
  await exportNow(server, 'quarry', 'table/stone');
  const store = join(server.dataDir, 'exports');
  await server.restart(() => {
    const catalog = join(server.dataDir, 'catalog.sqlite');
    rmSync(join(server.dataDir, 'projects', 'quarry'), { recursive: true });
    runSqliteShell(
      catalog,
      "DELETE FROM projects; INSERT INTO unfinished_projects VALUES ('1', 'quarry', 'deletion');",
    );
  });
  assert.deepEqual(readdirSync(store), []);
});

test('unrelated folders do not prevent the start, and are kept', async () => {
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

test('the exports folder is created again if it was removed', async () => {
  await using server = await borrowTestServer();
  await projectOf(server, 'quarry', stones(100));
  await exportNow(server, 'quarry', 'table/stone');
  rmSync(join(server.dataDir, 'exports'), { recursive: true });
  for (const format of ['csv', 'json']) {
    const made = await exportNow(server, 'quarry', 'table/stone', { format });
    assert.equal((await download(server, made)).byteLength, made.size_bytes);
  }
});
