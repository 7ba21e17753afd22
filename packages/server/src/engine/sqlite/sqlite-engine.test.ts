import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import type { ProjectRef } from '../../core/project-ref.ts';
import { openTestEngine } from '../../testing/databases/open-test-engine.ts';
import { knownProjects } from '../../testing/system/known-projects.ts';
import { temporaryFolder } from '../../testing/system/temporary-folder.ts';
import type { Engine } from '../engine.ts';

test('a failed creation leaves nothing, and the next one with that name creates a working database', async () => {
  using folder = temporaryFolder();
  const engine = await openEngine(folder.path);

  const failing = engine.createDatabase('library', {
    statements: ['CREATE TABLE book (id)', 'CREATE TABLE book (id)'],
  });
  await assert.rejects(failing, /already exists/);
  assert.deepEqual(await readdir(folder.path), []);
  await assert.rejects(engine.countTables(ref('library')), { code: 'unavailable' });

  await engine.createDatabase('library', {
    statements: ['CREATE TABLE book (id)', 'CREATE TABLE author (id)'],
  });
  assert.equal(await engine.countTables(ref('library')), 2);
  await engine.close();
});

test('a database created in place of an unfinished one is used for later reads and writes', async () => {
  using folder = temporaryFolder();
  const engine = await openEngine(folder.path);
  await engine.createDatabase('library', { statements: ['CREATE TABLE left_over (id)'] });
  await engine.countTables(ref('library'));

  await engine.createDatabase('library', { statements: ['CREATE TABLE a (id)', 'CREATE TABLE b (id)'] });

  assert.equal(await engine.countTables(ref('library')), 2);
  await engine.close();
});

test('after a crash during creations, the next start keeps only the databases of known projects', async () => {
  using folder = temporaryFolder();
  const projects = knownProjects('library');
  const engine = await openEngine(folder.path, projects);
  for (const slug of ['library', 'orchard', 'kept']) {
    await engine.createDatabase(slug, { statements: ['CREATE TABLE a (b)'] });
  }
  await engine.confirmDatabase('kept');
  await engine.close();

  const next = await openEngine(folder.path, projects);

  assert.deepEqual((await readdir(folder.path)).toSorted(), ['kept', 'library']);
  assert.equal(await next.countTables(ref('library')), 1);
  await next.close();
});

test('a database is discarded only if the creation of its project was not completed', async () => {
  using folder = temporaryFolder();
  const engine = await openEngine(folder.path, knownProjects('library'));
  for (const slug of ['library', 'orchard', 'kept']) {
    await engine.createDatabase(slug, { statements: ['CREATE TABLE a (b)'] });
  }
  await engine.confirmDatabase('kept');
  for (const slug of ['library', 'orchard', 'kept', 'absent']) await engine.discardDatabase(slug);
  assert.equal(await engine.countTables(ref('library')), 1);
  assert.equal(await engine.countTables(ref('kept')), 1);
  await assert.rejects(engine.countTables(ref('orchard')), { code: 'unavailable' });
  await engine.close();
  assert.deepEqual((await readdir(folder.path)).toSorted(), ['.unfinished-library', 'kept', 'library']);
});

test('an operation that waits while its project is deleted and its slug used again is refused', async () => {
  using folder = temporaryFolder();
  const engine = await openEngine(folder.path);
  await engine.createDatabase('shop', {});

  const changed = [
    engine.deleteDatabase(ref('shop', 1)),
    engine.createDatabase('shop', { statements: ['CREATE TABLE a (b)'] }),
  ];
  const late = engine.countTables(ref('shop', 1));

  await assert.rejects(late, { code: 'not_found' });
  await Promise.all(changed);
  await assert.rejects(engine.countTables(ref('shop', 1)), { code: 'not_found' });
  assert.equal(await engine.countTables(ref('shop', 2)), 1);
  await engine.close();
});

test('a deleted project is not found, its files are removed, and deleting it again succeeds', async () => {
  using folder = temporaryFolder();
  const engine = await openEngine(folder.path);
  await engine.createDatabase('library', {});
  await Promise.all([engine.countTables(ref('library')), engine.deleteDatabase(ref('library'))]);
  await engine.deleteDatabase(ref('library'));
  assert.deepEqual(await readdir(folder.path), []);
  await assert.rejects(engine.countTables(ref('library')), { code: 'not_found' });
  await engine.close();
});

test('close answers earlier requests, refuses later ones, and leaves each database in one file', async () => {
  using folder = temporaryFolder();
  const engine = await openEngine(folder.path);
  await engine.createDatabase('library', { statements: ['CREATE TABLE book (id)'] });
  const requested = Array.from({ length: 20 }, () => engine.countTables(ref('library')));
  const closed = engine.close();
  const late = assert.rejects(engine.countTables(ref('library')), { code: 'unavailable' });

  assert.deepEqual(new Set(await Promise.all(requested)), new Set([1]));
  await closed;
  await late;
  assert.deepEqual(await readdir(join(folder.path, 'library')), ['database.sqlite']);
});

test('an export does not overwrite an existing file', async () => {
  using folder = temporaryFolder();
  const engine = await openEngine(folder.path);
  await engine.createDatabase('library', {});
  await engine.exports.writeSchema(ref('library'), 'sql', 'schema');
  const before = await readFile(join(folder.path, 'schema'), 'utf8');
  await assert.rejects(engine.exports.writeSchema(ref('library'), 'json', 'schema'), { code: 'EEXIST' });
  assert.equal(await readFile(join(folder.path, 'schema'), 'utf8'), before);
  await engine.close();
});

function openEngine(directory: string, projects = knownProjects()): Promise<Engine> {
  return openTestEngine(directory, { maxOpenDatabases: 8, readerThreads: 2, projects });
}

function ref(slug: string, id = 1): ProjectRef {
  return { id, slug };
}
