import type { Replayable } from '../../../core/idempotency.ts';
import type { Handlers } from '../../../runtime/threads/serve-rpc.ts';
import type { OpenDatabases } from '../connection/open-databases.ts';
import { readTransaction } from '../connection/read-transaction.ts';
import { writeTransaction } from '../connection/write-transaction.ts';
import { storedResults } from '../idempotency/stored-results.ts';
import type { Shape } from '../idempotency/stored-shapes.ts';
import type {
  BoundedRecordReads,
  BoundedRecordWrites,
  RecordReads,
  RecordTarget,
  WriteMethods,
  WriteTarget,
} from '../protocol/record-methods.ts';
import { done, needs, type Routed } from '../protocol/routed.ts';
import { mayBeEndless } from '../records/batch/batch-bounds.ts';
import { runBatchOnce } from '../records/batch/run-batch.ts';
import { deleteRecord, deleteRecords } from '../records/delete-records.ts';
import { getRecord } from '../records/get-record.ts';
import { insertRecord } from '../records/insert-record.ts';
import { insertRecords } from '../records/insert-records.ts';
import { listRecords } from '../records/list-records.ts';
import { updateRecord } from '../records/update-record.ts';
import { updateRecords } from '../records/update-records.ts';
import { writeOnce } from '../records/write-once.ts';
import { allowedTable } from '../rows/allowed-table.ts';
import { readableTable } from '../rows/copied-table.ts';
import { type RecordDatabase, recordDatabaseOf } from '../rows/record-database.ts';
import type { RecordTable } from '../rows/record-table.ts';

/** The handlers of a reader thread, each in one snapshot: reads that may be long are forwarded to a process. */
export function boundedRecordReads(databases: OpenDatabases): Handlers<BoundedRecordReads> {
  const reading = readingTable(databases);
  return {
    getRecord: (input) =>
      reading(input, (database, table) => {
        return table.isCostly ? needs('process') : done(getRecord(database, table, input.key));
      }),
    listRecords: (input) =>
      reading(input, (database, table) => {
        return table.isCostly ? needs('process') : done(listRecords(database, table, input.page));
      }),
  };
}

/** The same reads in a process that can be killed. */
export function recordReads(databases: OpenDatabases): Handlers<RecordReads> {
  const reading = readingTable(databases);
  return {
    getRecord: (input) =>
      reading(input, (database, table) => getRecord(database, readableTable(database, table), input.key)),
    listRecords: (input) =>
      reading(input, (database, table) => listRecords(database, readableTable(database, table), input.page)),
  };
}

/** The handlers of a writer thread, each in one transaction: writes that may be long are forwarded to a process. */
export function boundedRecordWrites(databases: OpenDatabases): Handlers<BoundedRecordWrites> {
  const { createRecord, updateRecord: update, deleteRecord: remove, ...bulk } = recordWrites(databases);
  const bounded =
    <Input extends WriteTarget, Output>(write: (input: Input) => Output) =>
    (input: Input): Routed<Output, 'process'> => {
      const { writesMayBeEndless } = recordDatabaseOf(databases.get(input.path));
      return writesMayBeEndless ? needs('process') : done(write(input));
    };
  return {
    createRecord: bounded(createRecord),
    updateRecord: bounded(update),
    deleteRecord: bounded(remove),
    createRecords: bounded(bulk.createRecords),
    updateRecords: bounded(bulk.updateRecords),
    deleteRecords: bounded(bulk.deleteRecords),
    runBatch: (input) => {
      const database = recordDatabaseOf(databases.get(input.path));
      return mayBeEndless(database, input.operations) ? needs('process') : done(bulk.runBatch(input));
    },
  };
}

/** The same writes in a process that can be killed. */
export function recordWrites(databases: OpenDatabases): Handlers<WriteMethods> {
  const writing = writingTable(databases);
  return {
    createRecord: (input) =>
      writing(input, storedResults.createdRow, (database, table) =>
        insertRecord(database, table, input.record),
      ),
    updateRecord: (input) =>
      writing(input, storedResults.row, (database, table) => updateRecord(database, table, input.change)),
    deleteRecord: (input) =>
      writing(input, storedResults.deletedRow, (database, table) => deleteRecord(database, table, input.key)),
    createRecords: (input) =>
      writing(input, storedResults.createdRows, (database, table) =>
        insertRecords(database, table, input.records),
      ),
    updateRecords: (input) =>
      writing(input, storedResults.affectedRows, (database, table) =>
        updateRecords(database, table, input.change),
      ),
    deleteRecords: (input) =>
      writing(input, storedResults.affectedRows, (database, table) =>
        deleteRecords(database, table, input.filters),
      ),
    runBatch: (input) => {
      const database = recordDatabaseOf(databases.get(input.path));
      return writeTransaction(database.connection, () => {
        database.refresh();
        return runBatchOnce(database, input);
      });
    },
  };
}

function readingTable(databases: OpenDatabases) {
  return <Result>(
    { path, table }: RecordTarget,
    read: (database: RecordDatabase, table: RecordTable) => Result,
  ): Result => {
    const database = recordDatabaseOf(databases.get(path));
    return readTransaction(database.connection, () => {
      database.refresh();
      return read(database, allowedTable(database, table));
    });
  };
}

function writingTable(databases: OpenDatabases) {
  return <Result>(
    target: WriteTarget,
    shape: Shape<Result>,
    write: (database: RecordDatabase, table: RecordTable) => Result,
  ): Replayable<Result> => {
    const database = recordDatabaseOf(databases.get(target.path));
    return writeTransaction(database.connection, () => {
      database.refresh();
      return writeOnce(database, target, shape, (table) => write(database, table));
    });
  };
}
