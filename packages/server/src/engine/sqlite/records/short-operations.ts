import { foldName } from '../../../schema/identifier.ts';
import type { NewRecord, RecordChange, RecordPageRequest } from '../../project-records.ts';
import type { RecordTable } from '../rows/record-table.ts';

/**
 * Whether an operation does a small, bounded amount of work: it finds one row by a key and touches no other, or reads a few rows from
 * a key onwards. Triggers may do anything, changing a referenced value searches other tables, and a view may run without end.
 */
export const isShort = {
  getRecord: isPlain,
  /** Virtual columns may be computed from long values outside the page, which takes time for 200 rows. */
  listRecords: (table: RecordTable) => isPlain(table) && !table.hasVirtualColumns,
  createRecord: (table: RecordTable, record: NewRecord) => {
    return (
      isPlainToWrite(table) &&
      (record.onConflict === null || !changesReferencedColumns(table, othersIn(record)))
    );
  },
  updateRecord: (table: RecordTable, { patch }: Pick<RecordChange, 'patch'>) => {
    return isPlainToWrite(table) && !changesReferencedColumns(table, Object.keys(patch));
  },
  deleteRecord: (table: RecordTable) => isPlainToWrite(table) && table.referencedColumns.size === 0,
};

const SHORT_PAGE_MAX_ROWS = 200;

/** Whether a page is read in key order and has only a few rows. */
export function isShortPage({ filters, sort, countAll, offset, limit }: RecordPageRequest): boolean {
  return filters.length === 0 && sort === null && !countAll && offset + limit <= SHORT_PAGE_MAX_ROWS;
}

/** Where a read that is not short runs: views and costly tables in a process that can be killed. */
export function workerToRead(table: RecordTable): 'reader' | 'process' {
  return table.isCostly ? 'process' : 'reader';
}

/**
 * Where a write that is not short runs: triggers and costly tables in a process that can be killed. The writer also checks the other
 * tables of the database and may forward the write.
 */
export function workerToWrite(table: RecordTable): 'writer' | 'process' {
  return table.hasTriggers || (table.kind === 'table' && table.isCostly) ? 'process' : 'writer';
}

function isPlain(table: RecordTable): boolean {
  return table.kind === 'table' && !table.isCostly;
}

function isPlainToWrite(table: RecordTable): boolean {
  return isPlain(table) && !table.hasTriggers;
}

/** The columns that an upsert may change: all but the conflict columns. */
function othersIn({ row, onConflict }: NewRecord): readonly string[] {
  const found = new Set((onConflict?.columns ?? []).map(foldName));
  return Object.keys(row).filter((name) => !found.has(foldName(name)));
}

function changesReferencedColumns(table: RecordTable, columns: readonly string[]): boolean {
  return columns.some((name) => table.referencedColumns.has(foldName(name)));
}
