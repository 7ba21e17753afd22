import type { Written } from '../../../idempotency.ts';
import type { Handlers } from '../../../threads/serve-operations.ts';
import { allowedTable } from './allowed-table.ts';
import { isShortBatch } from './batch/batch-bounds.ts';
import { runBatch, runBatchOnce } from './batch/run-batch.ts';
import { deleteRecord } from './delete-records.ts';
import { getRecord } from './get-record.ts';
import { insertRecord } from './insert-record.ts';
import { listShortRecords } from './list-records.ts';
import type { RecordDatabase } from './record-database.ts';
import type { PointOperations, WriteTarget } from './record-operations.ts';
import type { RecordTable } from './record-table.ts';
import { isShort } from './short-operations.ts';
import { updateRecord } from './update-record.ts';
import { writeOnce } from './write-once.ts';

/** How a thread that does only short work answers, inside a transaction: null for what may be long. */
export function pointHandlers(database: RecordDatabase): Handlers<PointOperations> {
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
): Written<Result> | null {
  return unlessLeft(writeOnce(database, target, write));
}

function unlessLeft<Result>({ result, replayOf }: Written<Result | null>): Written<Result> | null {
  return result === null ? null : { result, replayOf };
}
