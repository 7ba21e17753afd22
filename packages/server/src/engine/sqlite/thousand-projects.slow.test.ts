import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import type { ProjectRef } from '../../core/project-ref.ts';
import { openTestEngine } from '../../testing/databases/open-test-engine.ts';
import { knownProjects } from '../../testing/system/known-projects.ts';
import { openDatabaseFiles, openFilesUnknown } from '../../testing/system/open-files.ts';
import { temporaryFolder } from '../../testing/system/temporary-folder.ts';

const PROJECTS = 1_000;

test('a thousand projects are served with at most eight open databases per thread', async () => {
  using folder = temporaryFolder();
  const engine = await openTestEngine(folder.path, {
    maxOpenDatabases: 8,
    readerThreads: 2,
    projects: knownProjects(),
  });
  const slugs = Array.from({ length: PROJECTS }, (_, number) => `project-${number}`);
  await Promise.all(
    slugs.map((slug) => engine.createDatabase(slug, { statements: [`CREATE TABLE "${slug}" (id INTEGER)`] })),
  );
  const counts = await Promise.all(slugs.map((slug) => engine.countTables(ref(slug))));
  assert.deepEqual(new Set(counts), new Set([1]));
  if (openFilesUnknown === false) {
    const open = openDatabaseFiles(folder.path).length;
    // One writer and two readers. SQLite keeps the file of a closed connection open while another thread has it open, because closing it
    // would release that thread's locks. https://www.sqlite.org/src/doc/trunk/src/os_unix.c
    assert.ok(open <= 2 * 3 * 8, `${open} are open`);
  }
  await engine.exports.writeSchema(ref('project-7'), 'sql', 'schema');
  assert.match(await readFile(join(folder.path, 'schema'), 'utf8'), /CREATE TABLE "project-7"/);
  await engine.close();
});

function ref(slug: string): ProjectRef {
  return { id: 1, slug };
}
