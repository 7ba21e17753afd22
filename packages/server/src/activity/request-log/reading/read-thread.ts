import type { DatabaseSync } from 'node:sqlite';
import { workerData } from 'node:worker_threads';

import { serveOperations } from '../../../runtime/threads/serve-operations.ts';
import { openLogForReading } from '../open-log-database.ts';
import { getCall, listCalls, listCallsOfRun } from './read-calls.ts';
import type { ReadOperations, ReadThreadStart } from './read-operations.ts';
import { getRun, listRuns } from './read-runs.ts';

const { path } = workerData as ReadThreadStart;
/** Opened by the first operation, when the thread that writes has made the file. */
let database: DatabaseSync | null = null;

serveOperations<ReadOperations>(
  {
    listRuns: (query) => listRuns(opened(), query),
    getRun: (asked) => getRun(opened(), asked),
    listCallsOfRun: (query) => listCallsOfRun(opened(), query),
    listCalls: (query) => listCalls(opened(), query),
    getCall: (asked) => getCall(opened(), asked),
  },
  () => database?.close(),
);

function opened(): DatabaseSync {
  database ??= openLogForReading(path);
  return database;
}
