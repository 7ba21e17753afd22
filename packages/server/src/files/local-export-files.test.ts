import assert from 'node:assert/strict';
import { readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';

import { temporaryFolder } from '../testing/system/temporary-folder.ts';
import type { ExportFileKey, ExportFiles } from './export-files.ts';
import { openLocalExportFiles } from './local-export-files.ts';

const key: ExportFileKey = { project: 'library', exportId: 'exp_1' };
const all = { start: 0, end: 99 };

test('a file cannot be found until it is published', async () => {
  using folder = temporaryFolder();
  const files = await openLocalExportFiles(folder.path);
  await writeFile(await files.draftPath(key), 'a draft');

  assert.equal(await files.sizeOf(key), null);
  assert.equal(await files.read(key, all), null);
  assert.deepEqual(await files.list('library'), new Map());

  await files.publish(key);
  assert.equal(await files.sizeOf(key), 7);
  assert.equal(await contentOf(files, all), 'a draft');
  assert.deepEqual(await files.list('library'), new Map([['exp_1', 7]]));
});

test('a range includes both of its ends', async () => {
  using folder = temporaryFolder();
  const files = await openLocalExportFiles(folder.path);
  await publish(files, key, '0123456789');

  assert.equal(await contentOf(files, { start: 0, end: 0 }), '0');
  assert.equal(await contentOf(files, { start: 3, end: 5 }), '345');
  assert.equal(await contentOf(files, { start: 9, end: 9 }), '9');
  assert.equal(await contentOf(files, { start: 8, end: 100 }), '89');
});

test('an empty file is read as no bytes', async () => {
  using folder = temporaryFolder();
  const files = await openLocalExportFiles(folder.path);
  await publish(files, key, '');
  assert.equal(await files.sizeOf(key), 0);
  assert.equal(await contentOf(files, { start: 0, end: -1 }), '');
});

test('removing drafts after a crash keeps published files and files with other names', async () => {
  using folder = temporaryFolder();
  const files = await openLocalExportFiles(folder.path);
  await publish(files, key, 'whole');
  await writeFile(await files.draftPath({ ...key, exportId: 'exp_20260601_182345_a1b2c3d4e5' }), 'half');
  for (const name of ['exp_20260601_182345_a1b2c3d4e5.draft-journal', 'my.draft', 'notes.txt']) {
    await writeFile(join(folder.path, 'library', name), '');
  }
  await files.removeDrafts('library');
  await files.removeDrafts('never-there');
  assert.deepEqual((await readdir(join(folder.path, 'library'))).toSorted(), [
    'exp_1',
    'my.draft',
    'notes.txt',
  ]);
  assert.equal(await contentOf(files, all), 'whole');
});

test('anything in the place of a project’s files is reported, except drafts', async () => {
  using folder = temporaryFolder();
  const files = await openLocalExportFiles(folder.path);
  assert.equal(await files.holdsFiles('library'), false);
  await writeFile(await files.draftPath({ ...key, exportId: 'exp_20260601_182345_a1b2c3d4e5' }), 'half');
  assert.equal(await files.holdsFiles('library'), false);
  await writeFile(join(folder.path, 'library', 'notes.txt'), '');
  assert.equal(await files.holdsFiles('library'), true);
  await writeFile(join(folder.path, 'file'), '');
  assert.equal(await files.holdsFiles('file'), true);
  await symlink('nowhere', join(folder.path, 'link'));
  assert.equal(await files.holdsFiles('link'), true);
});

test('a file that vanished is reported as missing, and removing a missing file succeeds', async () => {
  using folder = temporaryFolder();
  const files = await openLocalExportFiles(folder.path);
  await publish(files, key, 'soon gone');
  await rm(join(folder.path, 'library', 'exp_1'));

  assert.equal(await files.sizeOf(key), null);
  assert.equal(await files.read(key, all), null);
  assert.deepEqual(await files.list('library'), new Map());
  await files.remove(key);
  await files.removeProject('library');
  await files.removeProject('never-there');
  assert.deepEqual(await files.list('never-there'), new Map());
});

test('removing an export removes its file and its draft; removing a project removes only its own files', async () => {
  using folder = temporaryFolder();
  const files = await openLocalExportFiles(folder.path);
  const neighbour = { project: 'neighbour', exportId: 'exp_1' };
  await publish(files, key, 'a');
  await publish(files, neighbour, 'b');
  await writeFile(await files.draftPath(key), 'again');

  await files.remove(key);
  assert.deepEqual(await readdir(join(folder.path, 'library')), []);
  await files.removeProject('library');
  assert.deepEqual(await readdir(folder.path), ['neighbour']);
  assert.equal(await files.sizeOf(neighbour), 1);
});

async function publish(files: ExportFiles, to: ExportFileKey, content: string): Promise<void> {
  await writeFile(await files.draftPath(to), content);
  await files.publish(to);
}

async function contentOf(files: ExportFiles, range: { start: number; end: number }): Promise<string> {
  const stream = await files.read(key, range);
  assert.ok(stream !== null);
  return text(stream);
}
