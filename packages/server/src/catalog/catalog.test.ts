import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { temporaryFolder } from '../testing/system/temporary-folder.ts';
import { nextEvent } from '../testing/system/waiting.ts';
import { runSqliteShell } from '../testing/tools/sqlite-shell.ts';
import { type Catalog, DataFolderInUseError, openCatalog } from './catalog.ts';
import { OWNER_ACCOUNT_ID } from './tables.ts';

const AT = '2026-01-01T00:00:00Z';

test('an open catalog cannot be opened again, in this process or another', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'catalog.sqlite');
  const catalog = await open(path);

  await assert.rejects(open(path), DataFolderInUseError);
  const other = await anotherProcess(path, 'once');
  assert.equal(other.said, 'DataFolderInUseError');

  await insertProject(catalog, 'still-works');
  await catalog.destroy();
  const again = await open(path);
  assert.deepEqual(await slugs(again), ['still-works']);
  await again.destroy();
});

test('after its process was killed, the catalog opens with every committed row', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'catalog.sqlite');
  const writer = await anotherProcess(path, 'hold');
  assert.equal(writer.said, 'committed');
  await assert.rejects(open(path), DataFolderInUseError);
  writer.child.kill('SIGKILL');
  await once(writer.child, 'close');

  const catalog = await open(path);
  assert.deepEqual(await slugs(catalog), ['committed']);
  await insertProject(catalog, 'after');
  await catalog.destroy();
});

test('a failed transaction changes nothing, and the next one succeeds', async () => {
  using folder = temporaryFolder();
  const catalog = await open(join(folder.path, 'catalog.sqlite'));
  const failing = catalog.transaction().execute(async (transaction) => {
    await insertProject(transaction, 'first');
    throw new Error('changed my mind');
  });
  await assert.rejects(failing, /changed my mind/);
  const breaking = catalog.transaction().execute(async (transaction) => {
    await insertProject(transaction, 'second');
    await insertProject(transaction, 'second');
  });
  await assert.rejects(breaking, /UNIQUE constraint failed: projects\.project_slug/);
  assert.deepEqual(await slugs(catalog), []);

  await catalog.transaction().execute((transaction) => insertProject(transaction, 'third'));
  assert.deepEqual(await slugs(catalog), ['third']);
  await catalog.destroy();
});

test('concurrent transactions and queries are isolated from each other', async () => {
  using folder = temporaryFolder();
  const catalog = await open(join(folder.path, 'catalog.sqlite'));
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, async (_, number) => {
      if (number % 4 === 3) {
        await insertProject(catalog, `alone-${number}`);
        return;
      }
      await catalog.transaction().execute(async (transaction) => {
        await insertProject(transaction, `pair-${number}-a`);
        await insertProject(transaction, `pair-${number}-b`);
        if (number % 2 === 0) throw new Error('undone');
      });
    }),
  );
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 10);
  const found = await slugs(catalog);
  assert.equal(found.length, 5 + 5 * 2);
  assert.ok(!found.some((slug) => /^pair-\d*[02468]-/.test(slug)), found.join(' '));
  await catalog.destroy();
});

test('each migration runs once: opening the catalog again changes nothing', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'catalog.sqlite');
  const shapes: unknown[] = [];
  for (let opening = 0; opening < 3; opening++) {
    const catalog = await open(path);
    shapes.push(await shapeOf(catalog));
    await catalog.destroy();
  }
  assert.deepEqual(shapes[1], shapes[0]);
  assert.deepEqual(shapes[2], shapes[0]);
});

test('a migration that fails halfway is rolled back, and runs completely later', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'catalog.sqlite');
  // The table has the name that the last statement of the first migration needs.
  runSqliteShell(path, 'CREATE TABLE service (in_the_way);');
  await assert.rejects(open(path), /table service already exists/);
  assert.doesNotMatch(runSqliteShell(path, '.tables'), /projects/);

  runSqliteShell(path, 'DROP TABLE service;');
  const catalog = await open(path);
  assert.deepEqual(await slugs(catalog), []);
  await catalog.destroy();
});

test('deleting a project deletes its rows in other tables by foreign keys', async () => {
  using folder = temporaryFolder();
  const catalog = await open(join(folder.path, 'catalog.sqlite'));
  const token = {
    token_type: 'project_api_token',
    token_name: 'default',
    token_sha256: 'ab',
    account_user_id: 1,
    scopes: null,
    tables: null,
    temporary: 0,
    created_at: AT,
    expires_at: null,
    revoked_at: null,
    last_used_at: null,
  } as const;
  const orphan = catalog
    .insertInto('tokens')
    .values({ ...token, project_id: 7 })
    .execute();
  await assert.rejects(orphan, /FOREIGN KEY constraint failed/);
  const { id } = await insertProject(catalog, 'owner');
  await catalog
    .insertInto('tokens')
    .values({ ...token, project_id: id })
    .execute();
  await catalog.deleteFrom('projects').execute();
  assert.deepEqual(await catalog.selectFrom('tokens').selectAll().execute(), []);
  await catalog.destroy();
});

function open(path: string): Promise<Catalog> {
  return openCatalog(path, () => undefined);
}

function insertProject(catalog: Catalog, slug: string): Promise<{ readonly id: number }> {
  const row = {
    project_slug: slug,
    project_name: slug,
    account_id: OWNER_ACCOUNT_ID,
    created_at: AT,
    updated_at: AT,
  };
  return catalog.insertInto('projects').values(row).returning('id').executeTakeFirstOrThrow();
}

async function slugs(catalog: Catalog): Promise<readonly string[]> {
  const rows = await catalog.selectFrom('projects').select('project_slug').orderBy('id').execute();
  return rows.map((row) => row.project_slug);
}

async function shapeOf(catalog: Catalog): Promise<unknown> {
  const tables = await catalog.introspection.getTables({ withInternalKyselyTables: true });
  return tables.map(({ name, columns }) => [name, columns.map((column) => column.name)]);
}

/** Opens the catalog in another process, which reports the result and, with `hold`, commits a row and keeps running. */
async function anotherProcess(path: string, stay: 'once' | 'hold') {
  const module = pathToFileURL(join(import.meta.dirname, 'catalog.ts')).href;
  const script = `
    const { openCatalog } = await import(${JSON.stringify(module)});
    try {
      const catalog = await openCatalog(${JSON.stringify(path)}, () => {});
      if (${stay === 'once'}) await catalog.destroy();
      else await catalog.insertInto('projects')
        .values({ project_slug: 'committed', project_name: 'x', created_at: '${AT}', updated_at: '${AT}' }).execute();
      process.stdout.write('committed');
    } catch (error) {
      process.stdout.write(error.name);
    }`;
  const scriptPath = `${path}.mjs`;
  await writeFile(scriptPath, script);
  const child = spawn(process.execPath, [scriptPath], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = await nextEvent(child.stdout, 'data');
  if (stay === 'once') await once(child, 'close');
  return { child, said: String(said) };
}
