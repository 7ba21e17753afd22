import type { Handlers } from '../../../runtime/threads/serve-rpc.ts';
import { OpenDatabases } from '../connection/open-databases.ts';
import { serveProcess } from '../processes/serve-process.ts';
import type { QueryMethods } from '../protocol/query-methods.ts';
import { explainViewError } from '../query/query-errors.ts';
import { runQuery } from '../query/run-query.ts';
import { recordReads } from './record-handlers.ts';

// Views of imported files may rely on double-quoted strings. A database is open only during one request, so that no process has to
// release a file when a project is deleted or replaced.
const databases = new OpenDatabases(1, { mode: 'read-only', doubleQuotedStrings: true });

const { getRecord, listRecords } = recordReads(databases);

const handlers: Handlers<QueryMethods> = {
  runQuery,
  getRecord: (input) => readingView(() => getRecord(input)),
  listRecords: (input) => readingView(() => listRecords(input)),
};

await serveProcess<QueryMethods>(handlers, () => databases.closeAll());

function readingView<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw explainViewError(error);
  }
}
