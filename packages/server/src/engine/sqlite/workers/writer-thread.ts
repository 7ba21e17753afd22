import { workerData } from 'node:worker_threads';

import { serveRpc } from '../../../runtime/threads/serve-rpc.ts';
import type { CreatedDatabase } from '../../new-database.ts';
import { OpenDatabases } from '../connection/open-databases.ts';
import { writeTransaction } from '../connection/write-transaction.ts';
import { replaceDatabase } from '../import/replace-database.ts';
import { findImport } from '../import/store-import-result.ts';
import type { DatabaseThreadStart, WriterMethods } from '../protocol/database-methods.ts';
import { fillDatabase } from './fill-database.ts';
import { boundedRecordWrites } from './record-handlers.ts';
import { tableWrites } from './table-writes.ts';

const { maxOpenDatabases } = workerData as DatabaseThreadStart;
// Triggers of imported files may rely on double-quoted strings. No SQL of clients runs here.
const databases = new OpenDatabases(maxOpenDatabases, { mode: 'read-write', doubleQuotedStrings: true });

serveRpc<WriterMethods>(
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

function createDatabase({ path, content }: WriterMethods['createDatabase']['input']): CreatedDatabase {
  const database = databases.create(path);
  database.exec('PRAGMA journal_mode = WAL');
  return writeTransaction(database, () => fillDatabase(database, content));
}
