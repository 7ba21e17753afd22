import { errorToMessage, type RpcReply, type RpcRequest } from '../../../runtime/threads/protocol.ts';
import { readTransaction } from '../connection/read-transaction.ts';
import { rollBack, writeTransaction } from '../connection/write-transaction.ts';
import { needs, type Routed } from '../protocol/routed.ts';
import type { RecordDatabase } from '../rows/record-database.ts';
import { exceedsShortWork } from './exceeds-short-work.ts';

/** One operation of a batch on one database. */
export interface GroupedOperation {
  readonly request: RpcRequest;
  readonly writes: boolean;
  /** Runs it inside the open transaction. It has no effect if it throws or forwards the operation. */
  readonly run: () => Routed<unknown>;
}

/** The reply to one operation, in the form of `Thread`. */
type GroupedReply =
  | { readonly id: number; readonly ok: true; readonly output: Routed<unknown> }
  | Extract<RpcReply, { readonly ok: false }>;

/**
 * Runs the operations of a batch on one database in one transaction, so that all writes share one sync of the disk. An operation that
 * fails or is forwarded is rolled back alone. If SQLite rolls back the whole transaction because of one, every operation is run again in
 * a separate transaction. If the commit fails, every operation fails, including reads, which have seen uncommitted data.
 * @param onCommit called after each commit, with the number of writes.
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

/** Null if SQLite rolled back the whole transaction. */
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

/** Otherwise a deferred foreign key that fails at the commit would fail the other operations. */
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

/** Hands the operation on if only a limit or a lock of this thread made it fail. */
export function replyToFailure(
  { request: { id }, writes }: Pick<GroupedOperation, 'request' | 'writes'>,
  error: unknown,
): GroupedReply {
  if (!exceedsShortWork(error)) return { id, ok: false, error: errorToMessage(error) };
  return { id, ok: true, output: needs(writes ? 'writer' : 'reader') };
}
