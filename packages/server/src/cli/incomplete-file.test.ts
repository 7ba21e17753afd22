import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { databaseFile } from '../testing/databases/database-file.ts';
import { temporaryFolder } from '../testing/system/temporary-folder.ts';
import { runCommand } from '../testing/tools/command.ts';

test('a database with changes in a log beside it is refused in one line, and an empty log is no reason', async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 'shop.sqlite');
  writeFileSync(file, databaseFile('CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1);'));
  const environment = { ROWHOUSE_DATA_DIR: join(folder.path, 'data') };
  const importFile = () => runCommand(['import', file, '--project', 'shop', '--create'], environment);
  for (const log of [`${file}-wal`, `${file}-journal`]) {
    writeFileSync(log, 'changes');
    const refused = await importFile();
    assert.equal(refused.exitCode, 1);
    assert.match(
      refused.stderr,
      new RegExp(`^rowhouse: .*is incomplete without ${log}; close the program .*\\n$`),
    );
    writeFileSync(log, '');
  }
  const imported = await importFile();
  assert.equal(imported.exitCode, 0, imported.stderr);
  assert.match(imported.stdout, /^shop: 1 tables, 1 rows\n/);
});
