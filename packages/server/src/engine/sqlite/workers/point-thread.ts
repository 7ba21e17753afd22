import { workerData } from 'node:worker_threads';

import type { RpcReply, RpcRequest } from '../../../runtime/threads/protocol.ts';
import { callMethod, runMethod, serveBatches } from '../../../runtime/threads/serve-rpc.ts';
import { OpenDatabases } from '../connection/open-databases.ts';
import type { PointThreadStart } from '../protocol/database-methods.ts';
import type { RecordReads } from '../protocol/record-methods.ts';
import { SHORT_WORK_LIMITS } from '../rows/cost/short-work-limits.ts';
import { recordDatabaseOf } from '../rows/record-database.ts';
import { commitSizes } from './commit-sizes.ts';
import { replyToFailure, runGrouped } from './group-commit.ts';
import { pointHandlers } from './point-handlers.ts';

const { maxOpenDatabases, commitSizes: memory } = workerData as PointThreadStart;
const sizes = commitSizes(memory);

/** This thread does not wait for locks: if another program has locked the database, it forwards the operation. */
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

/** The input of every operation here begins with the path of its database. */
function pathOf({ input }: RpcRequest): string {
  return (input as { readonly path: string }).path;
}

/** A database is closed only while no other operation on it is running, so a group has either only closes or none. */
function answerGroup(path: string, requests: readonly RpcRequest[]): readonly RpcReply[] {
  if (requests.some(({ operation }) => operation === CLOSE)) {
    return requests.map((request) => runMethod({ [CLOSE]: () => databases.close(path) }, request));
  }
  try {
    const database = recordDatabaseOf(databases.get(path));
    const handlers = pointHandlers(database);
    const operations = requests.map((request) => ({
      request,
      writes: isWrite(request),
      run: () => callMethod(handlers, request),
    }));
    return runGrouped(database, operations, (writes) => sizes.observe(writes));
  } catch (error) {
    return requests.map((request) => replyToFailure({ request, writes: isWrite(request) }, error));
  }
}

function isWrite({ operation }: RpcRequest): boolean {
  return !READS.has(operation);
}
