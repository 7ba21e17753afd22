import { join } from 'node:path';

import { openDatabase } from '../../engine/sqlite/connection/open-database.ts';
import { runSqliteShell } from '../tools/sqlite-shell.ts';

/** Loads a dump with the sqlite3 shell and with a defensive connection with foreign keys on, and returns both copies. */
export function loadDump(folder: string, dump: Buffer): { readonly shell: string; readonly handle: string } {
  const [shell, handle] = [join(folder, 'shell.db'), join(folder, 'handle.db')];
  runSqliteShell(shell, dump.toString('utf8'));
  const database = openDatabase(handle, { mode: 'read-write' });
  database.exec(dump.toString('utf8'));
  database.close();
  return { shell, handle };
}
