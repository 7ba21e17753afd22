import assert from 'node:assert/strict';
import { test } from 'node:test';

import { databaseFile } from '../../../testing/databases/database-file.ts';
import { databaseWith } from '../../../testing/databases/schema-copies.ts';
import { borrowTestServer } from '../../../testing/http/borrowed-server.ts';
import { exportedSchema, importDatabase } from '../../../testing/http/import-and-export.ts';
import { compileViews } from './compile-views.ts';

test('given views that need exponentially growing memory, the import is refused and the server keeps running', async () => {
  await using server = await borrowTestServer();
  await server.createProject('doubled');
  const doubled = Array.from(
    { length: 40 },
    (_, index) => `a${index + 1} AS (SELECT p.x FROM a${index} p, a${index} q)`,
  );
  const view = `CREATE VIEW v AS WITH a0 AS (SELECT 1 AS x), ${doubled.join(', ')} SELECT x FROM a40;`;
  const { status, body } = await importDatabase(server, 'doubled', databaseFile(view));
  assert.equal(status, 400);
  assert.equal(body.error?.code, 'validation_failed');
  assert.match(body.error.message, /memory/);
  assert.doesNotMatch(await exportedSchema(server, 'doubled', 'json'), /"v"/);
});

test('given views that exceed the time limit for compiling, the result says so', () => {
  using database = databaseWith('CREATE VIEW one AS SELECT 1; CREATE VIEW broken AS SELECT * FROM gone;');
  assert.equal(compileViews(database, 60_000), true);
  assert.equal(compileViews(database, -1), false);
});
