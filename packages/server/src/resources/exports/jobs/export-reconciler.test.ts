import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { openCatalog } from '../../../catalog/catalog.ts';
import { OWNER_ACCOUNT_ID } from '../../../catalog/tables.ts';
import { timestamp } from '../../../core/ids.ts';
import { openLocalExportFiles } from '../../../files/local-export-files.ts';
import { temporaryFolder } from '../../../testing/system/temporary-folder.ts';
import { ExportRepository } from '../store/export-repository.ts';
import { ExportReconciler } from './export-reconciler.ts';

test('an export that becomes ready while abandoned exports are searched for stays ready', async (t) => {
  using folder = temporaryFolder();
  const catalog = await openCatalog(join(folder.path, 'catalog.sqlite'), assert.fail);
  t.after(() => catalog.destroy());
  const now = timestamp();
  const { id: project_id } = await catalog
    .insertInto('projects')
    .values({
      project_slug: 'shop',
      project_name: 'Shop',
      account_id: OWNER_ACCOUNT_ID,
      created_at: now,
      updated_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const rows = new ExportRepository(catalog);
  for (const id of ['exp_ready', 'exp_forsaken']) {
    await rows.insert({
      id,
      project_id,
      kind: 'schema_export',
      table_name: null,
      format: 'sql',
      download_name: 'shop.sql',
      storage_backend: 'local',
      content_type: 'application/sql',
      reads: null,
      request: null,
      created_at: timestamp(),
      expires_at: null,
    });
  }
  const made = {
    sizeBytes: 5,
    sha256: '',
    warnings: [],
    tableName: null,
    reads: null,
    rowCount: null,
    tableCount: null,
  };
  let finished: Promise<unknown> = Promise.resolve();
  const isInProgress = (id: string) => {
    if (id === 'exp_ready') finished = rows.finish(id, { ...made, repeatable: true }, null);
    return false;
  };
  const files = await openLocalExportFiles(join(folder.path, 'exports'));
  await new ExportReconciler({
    catalog,
    files,
    exports: { isInProgress, resume: () => assert.fail() },
  }).sweep();
  await finished;
  assert.equal((await rows.find(project_id, 'exp_ready'))?.status, 'ready');
  const forsaken = await rows.find(project_id, 'exp_forsaken');
  assert.deepEqual([forsaken?.status, forsaken?.status_reason?.slice(0, 13)], ['failed', 'unavailable: ']);
});
