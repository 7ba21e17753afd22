import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { runSqliteShell } from './sqlite-shell.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** The bytes of a database file that the real sqlite3 shell makes of these statements. */
export function databaseFile(statements: string): Buffer {
  using folder = temporaryFolder();
  const path = join(folder.path, 'made.sqlite');
  runSqliteShell(path, statements);
  return readFileSync(path);
}
