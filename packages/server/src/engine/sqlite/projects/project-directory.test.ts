import assert from 'node:assert/strict';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import { folderContent } from '../../../testing/system/folder-content.ts';
import { knownProjects } from '../../../testing/system/known-projects.ts';
import { temporaryFolder } from '../../../testing/system/temporary-folder.ts';
import { ProjectDirectory } from './project-directory.ts';

const ID = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';

test('the start removes uploads and removals that a crash left, but no finished database and no file with another name', async () => {
  using folder = temporaryFolder();
  const directory = new ProjectDirectory(folder.path, knownProjects('library'));
  for (const project of ['library', 'unknown']) {
    await directory.create(project);
    await directory.finish(project);
    await writeFile(directory.databasePath(project), 'kept');
    for (const suffix of ['', '-journal']) {
      await writeFile(join(folder.path, project, `upload-${ID}.sqlite${suffix}`), 'half');
    }
    await writeFile(join(folder.path, project, 'uploaded.sqlite'), 'kept');
  }
  for (const name of [`.removed-gone-${ID}`, '.removed by hand']) {
    await mkdir(join(folder.path, name));
    await writeFile(join(folder.path, name, 'database.sqlite'), 'half removed');
  }
  await writeFile(join(folder.path, 'stranger.txt'), 'from another program');

  await directory.sweep();

  assert.deepEqual((await readdir(folder.path)).toSorted(), [
    '.removed by hand',
    'library',
    'stranger.txt',
    'unknown',
  ]);
  assert.deepEqual((await readdir(join(folder.path, 'library'))).toSorted(), [
    'database.sqlite',
    'uploaded.sqlite',
  ]);
  assert.equal((await readdir(join(folder.path, 'unknown'))).length, 4);
});

test('a new project replaces an unfinished creation', async () => {
  using folder = temporaryFolder();
  const directory = new ProjectDirectory(folder.path, knownProjects());
  await directory.create('library');
  await writeFile(directory.databasePath('library'), 'left');

  await directory.create('library');

  await directory.finish('library');
  assert.deepEqual(await readdir(folder.path), ['library']);
  assert.deepEqual(await readdir(join(folder.path, 'library')), []);
});

/** Folders with a marker file that is not in the catalog, and whether each may be removed. */
const MARKED: readonly (readonly [what: string, goes: boolean, place: (folder: string) => unknown])[] = [
  ['no folder', true, () => undefined],
  ['an empty folder', true, (folder) => mkdirSync(folder)],
  ['a database without a table', true, (folder) => withDatabase(folder, 'VACUUM')],
  [
    'a database without a table in WAL mode',
    true,
    (folder) => withDatabase(folder, 'PRAGMA journal_mode = WAL'),
  ],
  ['a database with a table', false, (folder) => withDatabase(folder, 'CREATE TABLE a (b)')],
  ['a table in the log', false, (folder) => withHotLog(folder)],
  ['a file that is no database', false, (folder) => withFile(folder, 'database.sqlite', 'x'.repeat(4_096))],
  ['another file', false, (folder) => withFile(folder, 'notes.txt', '')],
  ['a file in its place', false, (folder) => writeFileSync(folder, '')],
  ['a link in its place', false, (folder) => symlinkSync('..', folder)],
];

test('a marker file that is not in the catalog removes only a folder without content, at the start and for a new project', async () => {
  for (const [what, goes, place] of MARKED) {
    for (const id of ['', ID]) {
      using folder = temporaryFolder();
      const directory = new ProjectDirectory(folder.path, knownProjects());
      const marker = join(folder.path, '.unfinished-library');
      writeFileSync(marker, id);
      place(join(folder.path, 'library'));
      const before = folderContent(folder.path);
      if (goes) {
        await directory.requireFree('library');
        await directory.sweep();
        assert.deepEqual(await readdir(folder.path), [], what);
        continue;
      }
      await directory.sweep();
      await assert.rejects(directory.create('library'), { code: 'conflict' }, what);
      assert.deepEqual(folderContent(folder.path), before, what);
    }
  }
});

test('the marker file of an existing project is removed, and its folder stays', async () => {
  using folder = temporaryFolder();
  const directory = new ProjectDirectory(folder.path, knownProjects('library'));
  await directory.create('library');
  assert.equal(await directory.isAbandoned('library'), false);
  await assert.rejects(directory.create('library'), { code: 'conflict' });
  await directory.sweep();
  assert.deepEqual(await readdir(folder.path), ['library']);
});

test('removing a project removes its whole folder and no other, and succeeds if there is none', async () => {
  using folder = temporaryFolder();
  const directory = new ProjectDirectory(folder.path, knownProjects());
  await directory.create('one');
  await directory.create('other');
  await writeFile(directory.databasePath('one'), 'x');

  await directory.remove('one');
  await directory.remove('one');

  await directory.finish('other');
  assert.deepEqual(await readdir(folder.path), ['other']);
});

function withFile(folder: string, name: string, content: string): void {
  mkdirSync(folder);
  writeFileSync(join(folder, name), content);
}

function withDatabase(folder: string, statements: string): void {
  mkdirSync(folder);
  using database = new DatabaseSync(join(folder, 'database.sqlite'));
  database.exec(statements);
}

/** A database as after a crash: the committed rows are only in the log. */
function withHotLog(folder: string): void {
  using elsewhere = temporaryFolder();
  const path = join(elsewhere.path, 'database.sqlite');
  using database = new DatabaseSync(path);
  database.exec('PRAGMA journal_mode = WAL; CREATE TABLE a (b)');
  mkdirSync(folder);
  for (const suffix of ['', '-wal']) cpSync(path + suffix, join(folder, `database.sqlite${suffix}`));
}
