import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { openCatalog } from '../../../catalog/catalog.ts';
import { OWNER_ACCOUNT_ID } from '../../../catalog/tables.ts';
import { timestamp } from '../../../core/ids.ts';
import type { ProjectExports } from '../../../engine/project-exports.ts';
import { openLocalExportFiles } from '../../../files/local-export-files.ts';
import { temporaryFolder } from '../../../testing/system/temporary-folder.ts';
import { Exports } from '../exports.ts';

for (const moment of ['is checked', 'is written'] as const) {
  test(`if the project is deleted while its schema ${moment}, the answer is not_found and no file is left`, async (t) => {
    using folder = temporaryFolder();
    const catalog = await openCatalog(join(folder.path, 'catalog.sqlite'), assert.fail);
    t.after(() => catalog.destroy());
    const now = timestamp();
    const project = await catalog
      .insertInto('projects')
      .values({
        project_slug: 'shop',
        project_name: 'Shop',
        account_id: OWNER_ACCOUNT_ID,
        created_at: now,
        updated_at: now,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    const files = await openLocalExportFiles(join(folder.path, 'exports'));
    const contentVersion: ProjectExports['contentVersion'] = async () => {
      if (moment === 'is written') return null;
      await catalog.deleteFrom('projects').execute();
      throw new Error('ENOENT');
    };
    const writeSchema: ProjectExports['writeSchema'] = async ({ slug }, _format, exportId) => {
      await writeFile(await files.draftPath({ project: slug, exportId }), 'whole');
      await catalog.deleteFrom('projects').execute();
      return { sizeBytes: 5, sha256: '', warnings: [] };
    };
    const exports = new Exports({
      catalog,
      engine: {
        exports: { exportedTables: fail, writeSchema, writeTable: fail, writeDatabase: fail, contentVersion },
        tables: { get: fail },
      },
      files,
      limits: { perProject: 1, total: 1 },
      retentionSeconds: null,
      onError: fail,
    });

    const request = { kind: 'schema_export', format: 'sql' } as const;
    const requested = { request, fileName: undefined, expiresInSeconds: null };
    await assert.rejects(exports.create(project, requested, new AbortController().signal, null), {
      code: 'not_found',
      message: 'There is no such project.',
    });
    assert.deepEqual(await files.list('shop'), new Map());
  });
}

function fail(): never {
  return assert.fail('nobody asks for it');
}
