import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { timestamp } from '../core/ids.ts';
import { temporaryFolder } from '../testing/system/temporary-folder.ts';
import { openCatalog } from './catalog.ts';
import { OWNER_ACCOUNT_ID } from './tables.ts';
import {
  beginCreation,
  beginDeletion,
  endAllChanges,
  endChanges,
  isAbandoned,
  unfinishedDeletions,
} from './unfinished-projects.ts';

test('a creation is abandoned if this catalog began it and has no project for it', async (t) => {
  using folder = temporaryFolder();
  const catalog = await openCatalog(join(folder.path, 'catalog.sqlite'), assert.fail);
  t.after(() => catalog.destroy());
  const [first, second] = [await beginCreation(catalog, 'shop'), await beginCreation(catalog, 'shop')];
  assert.notEqual(first, second);
  for (const id of [first, second]) {
    assert.equal(await isAbandoned(catalog, 'shop', id), true);
    assert.equal(await isAbandoned(catalog, 'mall', id), false, 'of another slug');
  }
  for (const id of ['', 'unknown']) assert.equal(await isAbandoned(catalog, 'shop', id), false);

  const now = timestamp();
  const row = { project_slug: 'shop', project_name: 'Shop', account_id: OWNER_ACCOUNT_ID };
  await catalog
    .insertInto('projects')
    .values({ ...row, created_at: now, updated_at: now })
    .execute();
  assert.equal(await isAbandoned(catalog, 'shop', first), false, 'the project is there');
  await catalog.deleteFrom('projects').execute();
  await endChanges(catalog, 'shop');
  assert.equal(await isAbandoned(catalog, 'shop', second), false, 'it has come to its end');
});

test('unfinished deletions are known, and are not creations', async (t) => {
  using folder = temporaryFolder();
  const catalog = await openCatalog(join(folder.path, 'catalog.sqlite'), assert.fail);
  t.after(() => catalog.destroy());
  for (const slug of ['shop', 'mall', 'mall']) await beginDeletion(catalog, slug);
  await beginCreation(catalog, 'market');
  assert.deepEqual([...(await unfinishedDeletions(catalog))].toSorted(), ['mall', 'shop']);
  const rows = await catalog.selectFrom('unfinished_projects').selectAll().execute();
  for (const { id, project_slug, change } of rows) {
    assert.equal(await isAbandoned(catalog, project_slug, id), change === 'creation');
  }
  await endChanges(catalog, 'mall');
  assert.deepEqual([...(await unfinishedDeletions(catalog))], ['shop']);
  await endAllChanges(catalog);
  assert.deepEqual(await catalog.selectFrom('unfinished_projects').selectAll().execute(), []);
});
