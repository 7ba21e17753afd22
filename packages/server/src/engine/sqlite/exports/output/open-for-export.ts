import type { DatabaseSync } from 'node:sqlite';

import type { Encoding } from '../../../../schema/model.ts';
import { openDatabase } from '../../connection/open-database.ts';
import { queryRows } from '../../introspection/query-rows.ts';
import { type RecordDatabase, recordDatabaseOf } from '../../rows/record-database.ts';
import { addTextFunctions } from './text-functions.ts';

/** A database that is open for one export. */
export interface ExportedDatabase {
  readonly connection: DatabaseSync;
  readonly records: RecordDatabase;
  readonly encoding: Encoding;
}

/** Opens a database read-only; the caller closes it. Views of imported files may rely on double-quoted strings. */
export function openForExport(path: string): ExportedDatabase {
  const connection = openDatabase(path, { mode: 'read-only', doubleQuotedStrings: true });
  const [row] = queryRows<[Encoding]>(connection, 'PRAGMA main.encoding');
  const encoding = row?.[0] ?? 'UTF-8';
  addTextFunctions(connection, encoding);
  return { connection, records: recordDatabaseOf(connection), encoding };
}

/** Opens a database, reads it in one snapshot, and closes it. */
export async function withSnapshot<Result>(
  path: string,
  read: (database: ExportedDatabase) => Result | Promise<Result>,
): Promise<Result> {
  const database = openForExport(path);
  try {
    // The snapshot begins with the first read. https://www.sqlite.org/isolation.html
    database.connection.exec('BEGIN');
    database.records.refresh();
    return await read(database);
  } finally {
    database.connection.close();
  }
}
