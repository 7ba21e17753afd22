import { foldName } from '../../../schema/identifier.ts';
import type { NewRecord, RecordChange } from '../../project-records.ts';
import type { RecordTable } from './record-table.ts';

/**
 * Whether an operation on one row does a small, bounded amount of work: it finds the row by a key, and touches no other.
 * Triggers may do anything; to change what foreign keys refer to is to search other tables; a view may take for ever.
 */
export const isShort = {
  getRecord: (table: RecordTable) => table.kind === 'table',
  createRecord: (table: RecordTable, record: NewRecord) => {
    return isPlain(table) && (record.onConflict === null || !refersTo(table, othersIn(record)));
  },
  updateRecord: (table: RecordTable, { patch }: RecordChange) => {
    return isPlain(table) && !refersTo(table, Object.keys(patch));
  },
  deleteRecord: (table: RecordTable) => isPlain(table) && table.referencedColumns.size === 0,
};

function isPlain(table: RecordTable): boolean {
  return table.kind === 'table' && !table.hasTriggers;
}

/** The columns that an upsert may change: those that it is found by stay as they are. */
function othersIn({ row, onConflict }: NewRecord): readonly string[] {
  const found = new Set((onConflict?.columns ?? []).map(foldName));
  return Object.keys(row).filter((name) => !found.has(foldName(name)));
}

function refersTo(table: RecordTable, columns: readonly string[]): boolean {
  return columns.some((name) => table.referencedColumns.has(foldName(name)));
}
