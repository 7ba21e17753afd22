import { RowhouseError } from '../../../../core/errors.ts';
import type { BatchOperation } from '../../../project-batches.ts';
import type { TableReference } from '../../../project-records.ts';
import { allowedTable } from '../../rows/allowed-table.ts';
import type { RecordDatabase } from '../../rows/record-database.ts';
import type { RecordTable } from '../../rows/record-table.ts';
import { isShort } from '../short-operations.ts';

/** A larger batch blocks other requests for longer than short work may. */
const SHORT_BATCH_MAX_OPERATIONS = 50;

/** A search takes time in proportion to the size of its table, and one request may contain a thousand. */
const MAX_SEARCHES = 10;

/** Whether the batch has few operations and each is short. */
export function isShortBatch(database: RecordDatabase, operations: readonly BatchOperation[]): boolean {
  return (
    operations.length <= SHORT_BATCH_MAX_OPERATIONS &&
    operations.every((operation) => {
      const table = tableIfThere(database, operation.table);
      return table !== null && isShortOperation(table, operation);
    })
  );
}

/** Whether the batch may run without end, or so long that it must be possible to stop it. */
export function mayBeEndless(database: RecordDatabase, operations: readonly BatchOperation[]): boolean {
  if (database.writesMayBeEndless) return true;
  const costlyRead = operations.some(({ kind, table }) => {
    return kind === 'get' && tableIfThere(database, table)?.isCostly === true;
  });
  return costlyRead || operations.filter(searchesWholeTables(database)).length > MAX_SEARCHES;
}

/** Whether an operation may scan a whole table: for its filters, or for rows that reference what it changes. */
function searchesWholeTables(database: RecordDatabase): (operation: BatchOperation) => boolean {
  return (operation) => {
    if (operation.kind === 'createMany') return false;
    const table = tableIfThere(database, operation.table);
    return table !== null && !isShortOperation(table, operation);
  };
}

/** A missing or forbidden table is reported when its operation runs, because an earlier operation may fail first. */
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
