import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { temporaryFolder } from '../system/temporary-folder.ts';
import { runSqliteShell } from '../tools/sqlite-shell.ts';

/** The bytes of a database file that the real sqlite3 shell creates from these statements. */
export function databaseFile(statements: string): Buffer {
  using folder = temporaryFolder();
  const path = join(folder.path, 'made.sqlite');
  runSqliteShell(path, statements);
  return readFileSync(path);
}
