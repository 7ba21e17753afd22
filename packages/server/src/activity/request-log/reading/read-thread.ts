import type { DatabaseSync } from 'node:sqlite';
import { workerData } from 'node:worker_threads';

import { serveRpc } from '../../../runtime/threads/serve-rpc.ts';
import { openLogForReading } from '../open-log-database.ts';
import { getCall, listCalls, listCallsOfRun } from './read-calls.ts';
import type { ReadMethods, ReadThreadStart } from './read-methods.ts';
import { getRun, listRuns } from './read-runs.ts';

const { path } = workerData as ReadThreadStart;
/** The first operation opens the database, after the writer thread has created the file. */
let database: DatabaseSync | null = null;

serveRpc<ReadMethods>(
  {
    listRuns: (query) => listRuns(opened(), query),
    getRun: (requested) => getRun(opened(), requested),
    listCallsOfRun: (query) => listCallsOfRun(opened(), query),
    listCalls: (query) => listCalls(opened(), query),
    getCall: (requested) => getCall(opened(), requested),
  },
  () => database?.close(),
);

function opened(): DatabaseSync {
  database ??= openLogForReading(path);
  return database;
}
