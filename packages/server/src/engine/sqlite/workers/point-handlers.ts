import type { Handlers } from '../../../runtime/threads/serve-rpc.ts';
import { storedResults } from '../idempotency/stored-results.ts';
import type { PointMethods } from '../protocol/record-methods.ts';
import { done, needs } from '../protocol/routed.ts';
import { runShortBatchOnce } from '../records/batch/run-batch.ts';
import { deleteRecord } from '../records/delete-records.ts';
import { getRecord } from '../records/get-record.ts';
import { insertRecord } from '../records/insert-record.ts';
import { listShortRecords } from '../records/list-records.ts';
import { isShort, workerToRead, workerToWrite } from '../records/short-operations.ts';
import { updateRecord } from '../records/update-record.ts';
import { writeOnceOrForward } from '../records/write-once.ts';
import { allowedTable } from '../rows/allowed-table.ts';
import type { RecordDatabase } from '../rows/record-database.ts';

/** The handlers of a thread for short work, inside a transaction: they forward operations that may be long. */
export function pointHandlers(database: RecordDatabase): Handlers<PointMethods> {
  return {
    getRecord: ({ table: reference, key }) => {
      const table = allowedTable(database, reference);
      return isShort.getRecord(table) ? done(getRecord(database, table, key)) : needs(workerToRead(table));
    },
    listRecords: ({ table: reference, page }) => {
      const table = allowedTable(database, reference);
      return isShort.listRecords(table)
        ? listShortRecords(database, table, page)
        : needs(workerToRead(table));
    },
    createRecord: (input) =>
      writeOnceOrForward(database, input, storedResults.createdRow, (table) =>
        isShort.createRecord(table, input.record)
          ? done(insertRecord(database, table, input.record))
          : needs(workerToWrite(table)),
      ),
    updateRecord: (input) =>
      writeOnceOrForward(database, input, storedResults.row, (table) =>
        isShort.updateRecord(table, input.change)
          ? done(updateRecord(database, table, input.change))
          : needs(workerToWrite(table)),
      ),
    deleteRecord: (input) =>
      writeOnceOrForward(database, input, storedResults.deletedRow, (table) =>
        isShort.deleteRecord(table)
          ? done(deleteRecord(database, table, input.key))
          : needs(workerToWrite(table)),
      ),
    runBatch: (input) => runShortBatchOnce(database, input),
  };
}
