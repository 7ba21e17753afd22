import { errorToMessage, type RpcReply, type RpcRequest } from '../../../runtime/threads/protocol.ts';
import { readTransaction } from '../connection/read-transaction.ts';
import { rollBack, writeTransaction } from '../connection/write-transaction.ts';
import { needs, type Routed } from '../protocol/routed.ts';
import type { RecordDatabase } from '../rows/record-database.ts';
import { isBeyondShortWork } from './beyond-short-work.ts';

/** One operation of a batch, on the database that the batch is for. */
export interface GroupedOperation {
  readonly request: RpcRequest;
  readonly writes: boolean;
  /** Runs it inside the transaction that is open. It has effect wholly or, where it throws or hands on, not at all. */
  readonly run: () => Routed<unknown>;
}

/** The answer to one operation, as `Thread` takes it. */
type GroupedReply =
  | { readonly id: number; readonly ok: true; readonly output: Routed<unknown> }
  | Extract<RpcReply, { readonly ok: false }>;

/**
 * Runs the operations of a batch on one database in one transaction, so that all its writes share one sync of the disk.
 * Each stands alone: one that fails, or is handed on, is undone alone. Where SQLite undoes the whole transaction for one of them, all are
 * done again, each in a transaction of its own. Where the commit fails, every one of them fails with it, the reads too,
 * which have seen what is not there.
 * @param onCommit told of each commit of writes, and of how many.
 */
export function runGrouped(
  database: RecordDatabase,
  operations: readonly GroupedOperation[],
  onCommit: (writes: number) => void = () => undefined,
): readonly GroupedReply[] {
  const writes = operations.filter((operation) => operation.writes).length;
  try {
    if (writes > 0 && database.defersForeignKeys) return runEachAlone(database, operations, onCommit);
    const replies = runTogether(database, operations, writes > 0);
    if (replies === null) return runEachAlone(database, operations, onCommit);
    const done = replies.filter(
      (reply, index) => operations[index]?.writes === true && hasEffect(reply),
    ).length;
    if (done > 0) onCommit(done);
    return replies;
  } catch (error) {
    rollBack(database.connection);
    return operations.map((operation) => replyToFailure(operation, error));
  }
}

/** Null where SQLite ended the transaction under way, and nothing of it was done. */
function runTogether(
  database: RecordDatabase,
  operations: readonly GroupedOperation[],
  writing: boolean,
): readonly GroupedReply[] | null {
  const { connection } = database;
  connection.exec(writing ? 'BEGIN IMMEDIATE' : 'BEGIN');
  database.refresh();
  const replies: GroupedReply[] = [];
  for (const operation of operations) {
    const reply = operation.writes ? runInSavepoint(database, operation) : replyTo(operation, operation.run);
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
): readonly GroupedReply[] {
  return operations.map((operation) => {
    const transaction = operation.writes ? writeTransaction : readTransaction;
    const reply = replyTo(operation, () =>
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
function runInSavepoint(database: RecordDatabase, operation: GroupedOperation): GroupedReply {
  const { connection } = database;
  database.run('SAVEPOINT operation', []);
  const reply = replyTo(operation, operation.run);
  if (!hasEffect(reply) && connection.isTransaction) database.run('ROLLBACK TO operation', []);
  if (connection.isTransaction) database.run('RELEASE operation', []);
  return reply;
}

function replyTo(operation: GroupedOperation, run: () => Routed<unknown>): GroupedReply {
  try {
    return { id: operation.request.id, ok: true, output: run() };
  } catch (error) {
    return replyToFailure(operation, error);
  }
}

function hasEffect(reply: GroupedReply): boolean {
  return reply.ok && reply.output.kind === 'done';
}

/** Hands the operation on where a limit or a lock of this thread is all that failed it. */
export function replyToFailure(
  { request: { id }, writes }: Pick<GroupedOperation, 'request' | 'writes'>,
  error: unknown,
): GroupedReply {
  if (!isBeyondShortWork(error)) return { id, ok: false, error: errorToMessage(error) };
  return { id, ok: true, output: needs(writes ? 'writer' : 'reader') };
}
