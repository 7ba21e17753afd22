import { errorToMessage, type RpcReply, type RpcRequest } from '../../../runtime/threads/protocol.ts';
import { readTransaction } from '../connection/read-transaction.ts';
import { rollBack, writeTransaction } from '../connection/write-transaction.ts';
import type { RecordDatabase } from '../rows/record-database.ts';

/** One operation of a batch, on the database that the batch is for. */
export interface GroupedOperation {
  readonly request: RpcRequest;
  readonly writes: boolean;
  /** Runs it inside the transaction that is open. It has effect wholly or, where it throws, not at all. */
  readonly run: () => unknown;
}

/**
 * Runs the operations of a batch on one database in one transaction, so that all its writes share one sync of the disk.
 * Each stands alone: one that fails is undone alone. Where SQLite undoes the whole transaction for one of them, all are
 * done again, each in a transaction of its own. Where the commit fails, every one of them fails with it, the reads too,
 * which have seen what is not there.
 * @param onCommit told of each commit of writes, and of how many.
 */
export function runGrouped(
  database: RecordDatabase,
  operations: readonly GroupedOperation[],
  onCommit: (writes: number) => void = () => undefined,
): readonly RpcReply[] {
  const writes = operations.filter((operation) => operation.writes).length;
  if (writes > 0 && database.defersForeignKeys) return runEachAlone(database, operations, onCommit);
  try {
    const replies = runTogether(database, operations, writes > 0);
    if (replies === null) return runEachAlone(database, operations, onCommit);
    const done = replies.filter(
      (reply, index) => operations[index]?.writes === true && hasEffect(reply),
    ).length;
    if (done > 0) onCommit(done);
    return replies;
  } catch (error) {
    rollBack(database.connection);
    return operations.map(({ request }) => failed(request, error));
  }
}

/** Null where SQLite ended the transaction under way, and nothing of it was done. */
function runTogether(
  database: RecordDatabase,
  operations: readonly GroupedOperation[],
  writing: boolean,
): readonly RpcReply[] | null {
  const { connection } = database;
  connection.exec(writing ? 'BEGIN IMMEDIATE' : 'BEGIN');
  database.refresh();
  const replies: RpcReply[] = [];
  for (const operation of operations) {
    const reply = operation.writes
      ? runInSavepoint(database, operation)
      : replyTo(operation.request, operation.run);
    if (!connection.isTransaction) return null;
    replies.push(reply);
  }
  connection.exec('COMMIT');
  return replies;
}

/** A foreign key that is checked only at the commit would fail the others with it. */
function runEachAlone(
  database: RecordDatabase,
  operations: readonly GroupedOperation[],
  onCommit: (writes: number) => void,
): readonly RpcReply[] {
  return operations.map((operation) => {
    const transaction = operation.writes ? writeTransaction : readTransaction;
    const reply = replyTo(operation.request, () =>
      transaction(database.connection, () => {
        database.refresh();
        return operation.run();
      }),
    );
    if (operation.writes && hasEffect(reply)) onCommit(1);
    return reply;
  });
}

/** https://www.sqlite.org/lang_savepoint.html */
function runInSavepoint(database: RecordDatabase, operation: GroupedOperation): RpcReply {
  const { connection } = database;
  database.run('SAVEPOINT operation', []);
  const reply = replyTo(operation.request, operation.run);
  if (!reply.ok && connection.isTransaction) database.run('ROLLBACK TO operation', []);
  if (connection.isTransaction) database.run('RELEASE operation', []);
  return reply;
}

function replyTo(request: RpcRequest, run: () => unknown): RpcReply {
  try {
    return { id: request.id, ok: true, output: run() };
  } catch (error) {
    return failed(request, error);
  }
}

/** What gives null did nothing: it is left to somebody else. */
function hasEffect(reply: RpcReply): boolean {
  return reply.ok && reply.output !== null;
}

function failed({ id }: RpcRequest, error: unknown): RpcReply {
  return { id, ok: false, error: errorToMessage(error) };
}
