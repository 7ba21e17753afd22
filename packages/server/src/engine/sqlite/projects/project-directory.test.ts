import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '../../../testing/system/temporary-folder.ts';
import { ProjectDirectory } from './project-directory.ts';

test('what a crash left is swept at the start: uploads and removals, never a finished database', async () => {
  using folder = temporaryFolder();
  const directory = new ProjectDirectory(folder.path);
  await directory.create('library');
  await directory.finish('library');
  await writeFile(directory.databasePath('library'), 'kept');
  const upload = directory.newUploadPath('library');
  await writeFile(upload, 'half');
  await writeFile(`${upload}-journal`, 'half');
  await mkdir(join(folder.path, '.removed-gone-1'));
  await writeFile(join(folder.path, '.removed-gone-1', 'database.sqlite'), 'half removed');
  await writeFile(join(folder.path, 'stranger.txt'), 'from another program');

  await directory.sweep(() => Promise.resolve(false));

  assert.deepEqual(new Set(await readdir(folder.path)), new Set(['library', 'stranger.txt']));
  assert.deepEqual(await readdir(join(folder.path, 'library')), ['database.sqlite']);
  assert.equal(await readFile(directory.databasePath('library'), 'utf8'), 'kept');
});

test('a project is made in place of what an unfinished attempt left', async () => {
  using folder = temporaryFolder();
  const directory = new ProjectDirectory(folder.path);
  await directory.create('library');
  await writeFile(directory.databasePath('library'), 'left');

  await directory.create('library');

  await directory.finish('library');
  assert.deepEqual(await readdir(folder.path), ['library']);
  assert.deepEqual(await readdir(join(folder.path, 'library')), []);
});

test('removing takes the whole folder, leaves others, and is no error where nothing is', async () => {
  using folder = temporaryFolder();
  const directory = new ProjectDirectory(folder.path);
  await directory.create('one');
  await directory.create('other');
  await writeFile(directory.databasePath('one'), 'x');

  await directory.remove('one');
  await directory.remove('one');

  await directory.finish('other');
  assert.deepEqual(await readdir(folder.path), ['other']);
});
