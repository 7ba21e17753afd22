import type { Replayable } from '../../../core/idempotency.ts';
import type { Handlers } from '../../../runtime/threads/serve-rpc.ts';
import type { PointMethods, WriteTarget } from '../protocol/record-methods.ts';
import { isShortBatch } from '../records/batch/batch-bounds.ts';
import { runBatch, runBatchOnce } from '../records/batch/run-batch.ts';
import { deleteRecord } from '../records/delete-records.ts';
import { getRecord } from '../records/get-record.ts';
import { insertRecord } from '../records/insert-record.ts';
import { listShortRecords } from '../records/list-records.ts';
import { isShort } from '../records/short-operations.ts';
import { updateRecord } from '../records/update-record.ts';
import { writeOnce } from '../records/write-once.ts';
import { allowedTable } from '../rows/allowed-table.ts';
import type { RecordDatabase } from '../rows/record-database.ts';
import type { RecordTable } from '../rows/record-table.ts';

/** How a thread that does only short work answers, inside a transaction: null for what may be long. */
export function pointHandlers(database: RecordDatabase): Handlers<PointMethods> {
  return {
    getRecord: ({ table: reference, key }) => {
      const table = allowedTable(database, reference);
      return isShort.getRecord(table) ? getRecord(database, table, key) : null;
    },
    listRecords: ({ table: reference, page }) => {
      const table = allowedTable(database, reference);
      return isShort.listRecords(table) ? listShortRecords(database, table, page) : null;
    },
    createRecord: (input) =>
      writeIfShort(database, input, (table) => {
        return isShort.createRecord(table, input.record) ? insertRecord(database, table, input.record) : null;
      }),
    updateRecord: (input) =>
      writeIfShort(database, input, (table) => {
        return isShort.updateRecord(table, input.change) ? updateRecord(database, table, input.change) : null;
      }),
    runBatch: (input) => {
      const { operations } = input;
      const run = () => (isShortBatch(database, operations) ? runBatch(database, operations) : null);
      return unlessLeft(runBatchOnce(database, input, run));
    },
    deleteRecord: (input) =>
      writeIfShort(database, input, (table) => {
        return isShort.deleteRecord(table) ? deleteRecord(database, table, input.key) : null;
      }),
  };
}

function writeIfShort<Result>(
  database: RecordDatabase,
  target: WriteTarget,
  write: (table: RecordTable) => Result | null,
): Replayable<Result> | null {
  return unlessLeft(writeOnce(database, target, write));
}

function unlessLeft<Result>({ result, replayOf }: Replayable<Result | null>): Replayable<Result> | null {
  return result === null ? null : { result, replayOf };
}
