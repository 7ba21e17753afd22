import { workerData } from 'node:worker_threads';

import { serveRpc } from '../../../runtime/threads/serve-rpc.ts';
import { openLogForWriting } from '../open-log-database.ts';
import { CallAppender } from './append-calls.ts';
import { RunFinder } from './find-runs.ts';
import { requireFreeDiskSpace } from './free-disk-space.ts';
import { LogTrimmer } from './trim-log.ts';
import type { WriteMethods, WriteThreadStart } from './write-methods.ts';

const { path, maxRows } = workerData as WriteThreadStart;

/** The first operation opens the log, so a file that cannot be opened fails that operation with its cause. */
let log: ReturnType<typeof openLog> | null = null;

serveRpc<WriteMethods>(
  {
    append: (calls) => {
      requireFreeDiskSpace(path);
      opened().appender.append(calls);
    },
    chainOf: ({ projectId, runId }) => opened().runs.chainOf(projectId, runId),
    latestOf: (key) => opened().runs.latestOf(key),
    sweep: ({ before }) => opened().trimmer.sweep(before),
    forgetProject: (projectId) => opened().trimmer.forgetProject(projectId),
    projects: () => opened().runs.projects(),
  },
  () => log?.database.close(),
);

function opened(): ReturnType<typeof openLog> {
  log ??= openLog();
  return log;
}

function openLog() {
  const database = openLogForWriting(path);
  const trimmer = new LogTrimmer(database, maxRows);
  return {
    database,
    trimmer,
    appender: new CallAppender(database, trimmer),
    runs: new RunFinder(database),
  };
}
