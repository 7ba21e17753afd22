import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { RowhouseError } from '../../../core/errors.ts';
import { databaseFile } from '../../../testing/databases/database-file.ts';
import { temporaryFolder } from '../../../testing/system/temporary-folder.ts';
import { checkDatabaseFile } from './check-database-file.ts';

/** `integrity_check` evaluates it for every row. */
const SLOW_CHECK = Array.from(
  { length: 900 },
  (_, index) => `length(hex(hex(zeroblob(${4_000_000 + index} + a)))) > 0`,
);

test('given a file whose CHECKs exceed the time limit, its check is stopped and the file is refused', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'upload.sqlite');
  writeFileSync(
    path,
    databaseFile(`PRAGMA ignore_check_constraints = ON;
      CREATE TABLE t (a INT, CHECK (${SLOW_CHECK.join(' AND ')})); INSERT INTO t VALUES (1);`),
  );
  const { signal } = new AbortController();
  await assert.rejects(checkDatabaseFile(path, { signal, timeLimitMs: 1_500 }), (error) => {
    assert.ok(error instanceof RowhouseError);
    assert.equal(error.code, 'validation_failed');
    assert.match(error.message, /within 2 seconds/);
    return true;
  });
});
