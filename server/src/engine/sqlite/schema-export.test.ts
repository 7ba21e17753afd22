import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { sqlFormat } from '../../schema/formats/sql.ts';
import { runSqliteShell } from '../../testing/sqlite-shell.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { openDatabase } from './open-database.ts';
import { renderSchemaExport } from './schema-export.ts';

const CHINOOK = join(import.meta.dirname, '../../../../../shared/data/chinook.sqlite');

test(
  'given the Chinook database, when its SQL export is fed to the sqlite3 shell, then the same schema is there',
  {
    skip: existsSync(CHINOOK) ? false : 'the Chinook database is not on this machine',
  },
  () => {
    using folder = temporaryFolder();
    using chinook = openDatabase(CHINOOK, { mode: 'read-only' });
    const { text, warnings } = renderSchemaExport(chinook, sqlFormat);
    const copyPath = join(folder.path, 'copy.db');
    runSqliteShell(copyPath, text);
    using copy = openDatabase(copyPath, { mode: 'read-only' });
    const rows = 'SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name';
    assert.deepEqual(warnings, []);
    assert.deepEqual(copy.prepare(rows).all(), chinook.prepare(rows).all());
    assert.equal(renderSchemaExport(copy, sqlFormat).text, text);
  },
);
