import type { Handlers } from '../../../threads/serve-operations.ts';
import { deleteRecord } from './delete-records.ts';
import { getRecord } from './get-record.ts';
import { insertRecord } from './insert-record.ts';
import { listShortRecords } from './list-records.ts';
import type { RecordDatabase } from './record-database.ts';
import { tableOf } from './record-handlers.ts';
import type { PointOperations } from './record-operations.ts';
import { isShort } from './short-operations.ts';
import { updateRecord } from './update-record.ts';

/** How a thread that does only short work answers, inside a transaction: null for what may be long. */
export function pointHandlers(database: RecordDatabase): Handlers<PointOperations> {
  return {
    getRecord: ({ table: reference, key }) => {
      const table = tableOf(database, reference);
      return isShort.getRecord(table) ? getRecord(database, table, key) : null;
    },
    listRecords: ({ table: reference, page }) => {
      const table = tableOf(database, reference);
      return isShort.listRecords(table) ? listShortRecords(database, table, page) : null;
    },
    createRecord: ({ table: reference, record }) => {
      const table = tableOf(database, reference);
      return isShort.createRecord(table, record) ? insertRecord(database, table, record) : null;
    },
    updateRecord: ({ table: reference, change }) => {
      const table = tableOf(database, reference);
      return isShort.updateRecord(table, change) ? updateRecord(database, table, change) : null;
    },
    deleteRecord: ({ table: reference, key }) => {
      const table = tableOf(database, reference);
      return isShort.deleteRecord(table) ? deleteRecord(database, table, key) : null;
    },
  };
}
