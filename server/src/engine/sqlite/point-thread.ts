import { workerData } from 'node:worker_threads';

import { errorToMessage, type OperationReply, type OperationRequest } from '../../threads/protocol.ts';
import { callOperation, runOperation, serveBatches } from '../../threads/serve-operations.ts';
import { commitSizes } from './commit-sizes.ts';
import type { PointThreadStart } from './database-operations.ts';
import { runGrouped } from './group-commit.ts';
import { OpenDatabases } from './open-databases.ts';
import { isLeftToOthers } from './records/left-to-others.ts';
import { pointHandlers } from './records/point-handlers.ts';
import { recordDatabaseOf } from './records/record-database.ts';
import type { RecordReads } from './records/record-operations.ts';
import { SHORT_WORK_LIMITS } from './records/short-work-limits.ts';

const { maxOpenDatabases, commitSizes: memory } = workerData as PointThreadStart;
const sizes = commitSizes(memory);

/** Nobody waits here: a database that another program has locked is left to a thread that may. */
const databases = new OpenDatabases(maxOpenDatabases, {
  mode: 'read-write',
  doubleQuotedStrings: true,
  busyTimeoutMs: 0,
  limits: SHORT_WORK_LIMITS,
});

const READS: ReadonlySet<string> = new Set<keyof RecordReads>(['getRecord', 'listRecords']);
const CLOSE = 'closeDatabase';

serveBatches(
  (requests, reply) => {
    for (const [path, group] of Map.groupBy(requests, pathOf)) reply(answerGroup(path, group));
  },
  () => databases.closeAll(),
);

/** Every operation here names its database first. */
function pathOf({ input }: OperationRequest): string {
  return (input as { readonly path: string }).path;
}

/** A database is closed only while no other operation on it is under way, so a group is either the one or the others. */
function answerGroup(path: string, requests: readonly OperationRequest[]): readonly OperationReply[] {
  if (requests.some(({ operation }) => operation === CLOSE)) {
    return requests.map((request) => runOperation({ [CLOSE]: () => databases.close(path) }, request));
  }
  try {
    const database = recordDatabaseOf(databases.get(path));
    const handlers = pointHandlers(database);
    const operations = requests.map((request) => ({
      request,
      writes: !READS.has(request.operation),
      run: () => leavingLongWork(() => callOperation(handlers, request)),
    }));
    return runGrouped(database, operations, (writes) => sizes.observe(writes));
  } catch (error) {
    return requests.map(({ id }) => ({ id, ok: false, error: errorToMessage(error) }));
  }
}

/** What exceeds the limits here is no fault to tell the client of: SQLite's own error says that somebody else is to do it. */
function leavingLongWork<Result>(run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    const { cause } = error instanceof Error ? error : {};
    throw isLeftToOthers(cause) ? cause : error;
  }
}
