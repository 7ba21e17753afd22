import { workerData } from 'node:worker_threads';

import { serveOperations } from '../../../runtime/threads/serve-operations.ts';
import type { CreatedDatabase } from '../../new-database.ts';
import { OpenDatabases } from '../connection/open-databases.ts';
import { writeTransaction } from '../connection/write-transaction.ts';
import { findImport } from '../import/import-once.ts';
import { replaceDatabase } from '../import/replace-database.ts';
import type { DatabaseThreadStart, WriterOperations } from '../protocol/database-operations.ts';
import { fillDatabase } from './fill-database.ts';
import { boundedRecordWrites } from './record-handlers.ts';
import { tableWrites } from './table-writes.ts';

const { maxOpenDatabases } = workerData as DatabaseThreadStart;
// Triggers of an imported file may rely on double-quoted strings; no SQL of a client's runs here.
const databases = new OpenDatabases(maxOpenDatabases, { mode: 'read-write', doubleQuotedStrings: true });

serveOperations<WriterOperations>(
  {
    createDatabase,
    findImport: ({ path, request }) => findImport(databases.get(path), request),
    replaceDatabase,
    ...tableWrites,
    ...boundedRecordWrites(databases),
    closeDatabase: ({ path }) => databases.close(path),
  },
  () => databases.closeAll(),
);

function createDatabase({ path, content }: WriterOperations['createDatabase']['input']): CreatedDatabase {
  const database = databases.create(path);
  database.exec('PRAGMA journal_mode = WAL');
  return writeTransaction(database, () => fillDatabase(database, content));
}
