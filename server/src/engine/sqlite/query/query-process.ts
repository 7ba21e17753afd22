import type { Handlers } from '../../../threads/serve-operations.ts';
import { OpenDatabases } from '../open-databases.ts';
import { serveProcess } from '../processes/serve-process.ts';
import { recordReads } from '../records/record-handlers.ts';
import { explainViewFault } from './query-fault.ts';
import type { QueryOperations } from './query-operations.ts';
import { runQuery } from './run-query.ts';

// A view of an imported file may rely on double-quoted strings. A database is open for one request and no longer, so that
// nobody has to be asked to let go of a file.
const databases = new OpenDatabases(1, { mode: 'read-only', doubleQuotedStrings: true });

const { getRecord, listRecords } = recordReads(databases);

const handlers: Handlers<QueryOperations> = {
  runQuery,
  getRecord: (input) => readingView(() => getRecord(input)),
  listRecords: (input) => readingView(() => listRecords(input)),
};

await serveProcess<QueryOperations>(handlers, () => databases.closeAll());

function readingView<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw explainViewFault(error);
  }
}
