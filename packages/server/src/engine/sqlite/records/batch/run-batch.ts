import type { Replayable } from '../../../../core/idempotency.ts';
import { naming, within } from '../../../../core/subject-error.ts';
import {
  type BatchOperation,
  type BatchResult,
  requireAnswerable,
  answerLengthOf,
} from '../../../project-batches.ts';
import { runOnce } from '../../idempotency/run-once.ts';
import { storedResults } from '../../idempotency/stored-results.ts';
import type { BatchTarget } from '../../protocol/record-methods.ts';
import { done, needs, type Routed } from '../../protocol/routed.ts';
import { allowedTable, requireAllowed } from '../../rows/allowed-table.ts';
import { explainingReads } from '../../rows/read-errors.ts';
import type { RecordDatabase } from '../../rows/record-database.ts';
import type { RecordTable } from '../../rows/record-table.ts';
import { deleteRecord, deleteRecords } from '../delete-records.ts';
import { getRecord } from '../get-record.ts';
import { insertRecord } from '../insert-record.ts';
import { insertRecords } from '../insert-records.ts';
import { updateRecord } from '../update-record.ts';
import { updateRecords } from '../update-records.ts';
import { runOnceOrForward } from '../write-once.ts';
import { isShortBatch } from './batch-bounds.ts';
import { BatchReferences } from './batch-references.ts';

/**
 * Runs a batch, or returns its stored result. Call it inside a transaction, after `refresh`.
 * @throws RowhouseError of the first operation that failed, naming it, and `idempotency_mismatch`.
 */
export function runBatchOnce(
  database: RecordDatabase,
  { operations, request }: BatchTarget,
): Replayable<readonly BatchResult[]> {
  requireTablesAllowed(database, operations);
  return runOnce(database.connection, request, storedResults.batch, () => runBatch(database, operations));
}

/** The same on a thread for short work: a longer batch is forwarded to a writer. */
export function runShortBatchOnce(
  database: RecordDatabase,
  { operations, request }: BatchTarget,
): Routed<Replayable<readonly BatchResult[]>, 'writer'> {
  requireTablesAllowed(database, operations);
  return runOnceOrForward(database, request, storedResults.batch, () => {
    return isShortBatch(database, operations) ? done(runBatch(database, operations)) : needs('writer');
  });
}

/** Checked before a stored result is returned, so that a client learns nothing about a table that it may not use. */
function requireTablesAllowed(database: RecordDatabase, operations: readonly BatchOperation[]): void {
  for (const [position, { table }] of operations.entries()) {
    naming(['operations', position], () => requireAllowed(database, table));
  }
}

/** Runs the operations in order, inside a transaction, which the first failure rolls back. */
function runBatch(database: RecordDatabase, operations: readonly BatchOperation[]): readonly BatchResult[] {
  const earlier = new BatchReferences();
  let answerLength = 0;
  return operations.map((operation, position) =>
    naming(['operations', position], () => {
      const table = allowedTable(database, operation.table);
      const result = explainingReads(table, () => runMethod(database, table, operation, earlier));
      earlier.add(result);
      answerLength += answerLengthOf(result);
      // Checked after each operation: a thousand long rows would exhaust the memory.
      requireAnswerable(answerLength);
      return result;
    }),
  );
}

function runMethod(
  database: RecordDatabase,
  table: RecordTable,
  operation: BatchOperation,
  earlier: BatchReferences,
): BatchResult {
  const { kind } = operation;
  const { valueFormat } = operation.table;
  switch (kind) {
    case 'get': {
      const key = within(['key'], () => earlier.resolveKey(operation.key, valueFormat));
      return { kind, result: getRecord(database, table, key) };
    }
    case 'create':
      return within(['record'], () => {
        const { row: sent, onConflict } = operation.record;
        const row = within(['row'], () => earlier.resolveRow(sent));
        return { kind, result: insertRecord(database, table, { row, onConflict }) };
      });
    case 'createMany':
      return within(['records'], () => {
        const { records } = operation;
        const rows = records.rows.map((row, index) => within(['rows', index], () => earlier.resolveRow(row)));
        const result = insertRecords(database, table, { ...records, rows });
        return { kind, result, upserted: records.onConflict !== null };
      });
    case 'update': {
      const key = within(['key'], () => earlier.resolveKey(operation.key, valueFormat));
      const patch = within(['patch'], () => earlier.resolveRow(operation.patch));
      return { kind, result: updateRecord(database, table, { key, patch }) };
    }
    case 'delete': {
      const key = within(['key'], () => earlier.resolveKey(operation.key, valueFormat));
      return { kind, result: deleteRecord(database, table, key), key };
    }
    case 'updateMany': {
      const filters = within(['filters'], () => earlier.resolveFilters(operation.filters));
      const patch = within(['patch'], () => earlier.resolveRow(operation.patch));
      return { kind, result: updateRecords(database, table, { filters, patch }) };
    }
    case 'deleteMany': {
      const filters = within(['filters'], () => earlier.resolveFilters(operation.filters));
      return { kind, result: deleteRecords(database, table, filters) };
    }
  }
}
