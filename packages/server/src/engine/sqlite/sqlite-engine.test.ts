import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { knownProjects } from '../../testing/system/known-projects.ts';
import { openDatabaseFiles, openFilesUnknown } from '../../testing/system/open-files.ts';
import { temporaryFolder } from '../../testing/system/temporary-folder.ts';
import type { Engine } from '../engine.ts';
import { openSqliteEngine } from './sqlite-engine.ts';

const PROJECTS = 1_000;

test('a thousand projects are served with at most eight open databases per thread', async () => {
  using folder = temporaryFolder();
  const engine = await openEngine(folder.path);
  const slugs = Array.from({ length: PROJECTS }, (_, number) => `project-${number}`);
  await Promise.all(
    slugs.map((slug) => engine.createDatabase(slug, { statements: [`CREATE TABLE "${slug}" (id INTEGER)`] })),
  );
  const counts = await Promise.all(slugs.map((slug) => engine.countTables(slug)));
  assert.deepEqual(new Set(counts), new Set([1]));
  if (openFilesUnknown === false) {
    const open = openDatabaseFiles(folder.path).length;
    // One writer and two readers. SQLite keeps the file of a closed connection open while another thread has it open, because closing it
    // would release that thread's locks. https://www.sqlite.org/src/doc/trunk/src/os_unix.c
    assert.ok(open <= 2 * 3 * 8, `${open} are open`);
  }
  const out = join(folder.path, 'schema');
  await engine.exports.writeSchema('project-7', 'sql', out);
  assert.match(await readFile(out, 'utf8'), /CREATE TABLE "project-7"/);
  await engine.close();
});

test('a failed creation leaves nothing, and the next one with that name creates a working database', async () => {
  using folder = temporaryFolder();
  const engine = await openEngine(folder.path);

  const failing = engine.createDatabase('library', {
    statements: ['CREATE TABLE book (id)', 'CREATE TABLE book (id)'],
  });
  await assert.rejects(failing, /already exists/);
  assert.deepEqual(await readdir(folder.path), []);
  await assert.rejects(engine.countTables('library'), { code: 'unavailable' });

  await engine.createDatabase('library', {
    statements: ['CREATE TABLE book (id)', 'CREATE TABLE author (id)'],
  });
  assert.equal(await engine.countTables('library'), 2);
  await engine.close();
});

test('a database created in place of an unfinished one is used for later reads and writes', async () => {
  using folder = temporaryFolder();
  const engine = await openEngine(folder.path);
  await engine.createDatabase('library', { statements: ['CREATE TABLE left_over (id)'] });
  await engine.countTables('library');

  await engine.createDatabase('library', { statements: ['CREATE TABLE a (id)', 'CREATE TABLE b (id)'] });

  assert.equal(await engine.countTables('library'), 2);
  await engine.close();
});

test('after a crash during creations, the next start keeps only the databases of known projects', async () => {
  using folder = temporaryFolder();
  const projects = knownProjects('library');
  const engine = await openEngine(folder.path, projects);
  for (const slug of ['library', 'orchard', 'kept']) {
    await engine.createDatabase(slug, { statements: ['CREATE TABLE a (b)'] });
  }
  await engine.keepDatabase('kept');
  await engine.close();

  const next = await openEngine(folder.path, projects);

  assert.deepEqual((await readdir(folder.path)).toSorted(), ['kept', 'library']);
  assert.equal(await next.countTables('library'), 1);
  await next.close();
});

test('a database is discarded only if the creation of its project was not completed', async () => {
  using folder = temporaryFolder();
  const engine = await openEngine(folder.path, knownProjects('library'));
  for (const slug of ['library', 'orchard', 'kept']) {
    await engine.createDatabase(slug, { statements: ['CREATE TABLE a (b)'] });
  }
  await engine.keepDatabase('kept');
  for (const slug of ['library', 'orchard', 'kept', 'absent']) await engine.discardDatabase(slug);
  assert.equal(await engine.countTables('library'), 1);
  assert.equal(await engine.countTables('kept'), 1);
  await assert.rejects(engine.countTables('orchard'), { code: 'unavailable' });
  await engine.close();
  assert.deepEqual((await readdir(folder.path)).toSorted(), ['.unfinished-library', 'kept', 'library']);
});

test('a request that waits while its project is deleted and another one gets its slug is not_found', async () => {
  using folder = temporaryFolder();
  const engine = await openEngine(folder.path);
  await engine.createDatabase('shop', {});

  const changed = [engine.deleteDatabase('shop'), engine.createDatabase('shop', {})];
  const late = engine.countTables('shop');

  await assert.rejects(late, { code: 'not_found' });
  await Promise.all(changed);
  assert.equal(await engine.countTables('shop'), 0);
  await engine.close();
});

test('a deleted database is gone with its files, and deleting it again is no error', async () => {
  using folder = temporaryFolder();
  const engine = await openEngine(folder.path);
  await engine.createDatabase('library', {});
  await Promise.all([engine.countTables('library'), engine.deleteDatabase('library')]);
  await engine.deleteDatabase('library');
  assert.deepEqual(await readdir(folder.path), []);
  await assert.rejects(engine.countTables('library'), { code: 'unavailable' });
  await engine.close();
});

test('close answers earlier requests, refuses later ones, and leaves each database in one file', async () => {
  using folder = temporaryFolder();
  const engine = await openEngine(folder.path);
  await engine.createDatabase('library', { statements: ['CREATE TABLE book (id)'] });
  const requested = Array.from({ length: 20 }, () => engine.countTables('library'));
  const closed = engine.close();
  const late = assert.rejects(engine.countTables('library'), { code: 'unavailable' });

  assert.deepEqual(new Set(await Promise.all(requested)), new Set([1]));
  await closed;
  await late;
  assert.deepEqual(await readdir(join(folder.path, 'library')), ['database.sqlite']);
});

test('an export to an existing path fails and does not change that file', async () => {
  using folder = temporaryFolder();
  const engine = await openEngine(folder.path);
  await engine.createDatabase('library', {});
  const path = engine.newUpload('library');
  await engine.exports.writeSchema('library', 'sql', await path);
  const before = await readFile(await path, 'utf8');
  await assert.rejects(engine.exports.writeSchema('library', 'json', await path), { code: 'EEXIST' });
  assert.equal(await readFile(await path, 'utf8'), before);
  await engine.close();
});

function openEngine(directory: string, projects = knownProjects()): Promise<Engine> {
  const threads = {
    maxOpenDatabases: 8,
    pointThreads: 1,
    writerThreads: 1,
    readerThreads: 2,
    queryTimeoutMs: 5_000,
    exportDirectory: '',
    exportTimeoutMs: 60_000,
    exportMaxBytes: Infinity,
  };
  return openSqliteEngine({ directory, ...threads, projects, onThreadCrash: () => undefined });
}
