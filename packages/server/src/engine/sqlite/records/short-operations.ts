import { foldName } from '../../../schema/identifier.ts';
import type { NewRecord, RecordChange, RecordPageRequest } from '../../project-records.ts';
import type { RecordTable } from '../rows/record-table.ts';

/**
 * Whether an operation does a small, bounded amount of work: it finds one row by a key and touches no other, or reads some
 * rows from where a key is.
 * Triggers may do anything; to change what foreign keys refer to is to search other tables; a view may take for ever.
 */
export const isShort = {
  getRecord: isPlain,
  /** A column may be computed from values that are long, and not in the page: for 200 rows that takes its time. */
  listRecords: (table: RecordTable) => isPlain(table) && !table.hasVirtualColumns,
  createRecord: (table: RecordTable, record: NewRecord) => {
    return isPlainToWrite(table) && (record.onConflict === null || !refersTo(table, othersIn(record)));
  },
  updateRecord: (table: RecordTable, { patch }: Pick<RecordChange, 'patch'>) => {
    return isPlainToWrite(table) && !refersTo(table, Object.keys(patch));
  },
  deleteRecord: (table: RecordTable) => isPlainToWrite(table) && table.referencedColumns.size === 0,
};

const SHORT_PAGE_MAX_ROWS = 200;

/** Whether a page of a table is read along its key, and no further than a few rows. */
export function isShortPage({ filters, sort, countAll, offset, limit }: RecordPageRequest): boolean {
  return filters.length === 0 && sort === null && !countAll && offset + limit <= SHORT_PAGE_MAX_ROWS;
}

/** Where a read is done that is not short: a view, and what may be costly, where it can be stopped. */
export function workerToRead(table: RecordTable): 'reader' | 'process' {
  return table.isCostly ? 'process' : 'reader';
}

/**
 * Where a write is done that is not short: a trigger, and what may be costly, where it can be stopped. The writer looks at the
 * other tables of the database as well, and may hand the write on itself.
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

/** The columns that an upsert may change: those that it is found by stay as they are. */
function othersIn({ row, onConflict }: NewRecord): readonly string[] {
  const found = new Set((onConflict?.columns ?? []).map(foldName));
  return Object.keys(row).filter((name) => !found.has(foldName(name)));
}

function refersTo(table: RecordTable, columns: readonly string[]): boolean {
  return columns.some((name) => table.referencedColumns.has(foldName(name)));
}
