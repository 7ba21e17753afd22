import { RowhouseError } from '../../../../core/errors.ts';
import type { BatchOperation } from '../../../project-batches.ts';
import type { TableReference } from '../../../project-records.ts';
import { allowedTable } from '../../rows/allowed-table.ts';
import type { RecordDatabase } from '../../rows/record-database.ts';
import type { RecordTable } from '../../rows/record-table.ts';
import { isShort } from '../short-operations.ts';

/** More of them hold others up for longer than short work may. */
const SHORT_BATCH_MAX_OPERATIONS = 50;

/** One of them takes as long as a table is large; a thousand, which one request may ask for, a thousand times as long. */
const MAX_SEARCHES = 10;

/** Whether every operation of the batch is short, and there are few. */
export function isShortBatch(database: RecordDatabase, operations: readonly BatchOperation[]): boolean {
  return (
    operations.length <= SHORT_BATCH_MAX_OPERATIONS &&
    operations.every((operation) => {
      const table = tableIfThere(database, operation.table);
      return table !== null && isShortOperation(table, operation);
    })
  );
}

/** Whether the batch may take for ever, or so long that somebody should be able to stop it. */
export function mayBeEndless(database: RecordDatabase, operations: readonly BatchOperation[]): boolean {
  if (database.writesMayBeEndless) return true;
  const costlyRead = operations.some(({ kind, table }) => {
    return kind === 'get' && tableIfThere(database, table)?.isCostly === true;
  });
  return costlyRead || operations.filter(searchesWholeTables(database)).length > MAX_SEARCHES;
}

/** Whether an operation may look through all of a table: for filters, or for rows that refer to what it changes. */
function searchesWholeTables(database: RecordDatabase): (operation: BatchOperation) => boolean {
  return (operation) => {
    if (operation.kind === 'createMany') return false;
    const table = tableIfThere(database, operation.table);
    return table !== null && !isShortOperation(table, operation);
  };
}

/** What a client may not use, or is not there, is told of when its turn comes: an earlier operation may fail before it. */
function tableIfThere(database: RecordDatabase, table: TableReference): RecordTable | null {
  try {
    return allowedTable(database, table);
  } catch (error) {
    if (error instanceof RowhouseError) return null;
    throw error;
  }
}

function isShortOperation(table: RecordTable, operation: BatchOperation): boolean {
  switch (operation.kind) {
    case 'get':
      return isShort.getRecord(table);
    case 'create':
      return isShort.createRecord(table, operation.record);
    case 'update':
      return isShort.updateRecord(table, operation);
    case 'delete':
      return isShort.deleteRecord(table);
    case 'createMany':
    case 'updateMany':
    case 'deleteMany':
      return false;
  }
}
