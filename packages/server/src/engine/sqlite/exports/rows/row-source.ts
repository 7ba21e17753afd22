import { within } from '../../../../core/subject-error.ts';
import type { RowSelection } from '../../../project-exports.ts';
import { allOf, type Condition } from '../../rows/condition.ts';
import { filterConditions } from '../../rows/filter-conditions.ts';
import { projectionOf } from '../../rows/projection.ts';
import type { RecordColumn, RecordTable } from '../../rows/record-table.ts';
import { orderOf, type OrderTerm } from '../../rows/sort-order.ts';

/** The rows to export: their table, columns, filter and order. */
export interface RowSource {
  readonly table: RecordTable;
  readonly columns: readonly RecordColumn[];
  readonly where: Condition;
  readonly order: readonly OrderTerm[];
  /** Null for no limit. */
  readonly limit: number | null;
  readonly offset: number;
}

/** All rows and all columns of a table, in its default order. */
export function wholeTable(table: RecordTable): RowSource {
  const order = orderOf(table, { sort: null, descending: false });
  return { table, columns: table.columns, where: allOf([]), order, limit: null, offset: 0 };
}

/** The rows that a client selected. @throws SubjectError `validation_failed`, about the selection. */
export function selectedRows(table: RecordTable, selection: RowSelection): RowSource {
  const { columns, filters, sort, descending, limit, offset } = selection;
  return {
    table,
    columns: within(['columns'], () => projectionOf(table, columns)),
    where: within(['filters'], () => filterConditions(table, filters)),
    order: within(['sort'], () => orderOf(table, { sort, descending })),
    limit,
    offset,
  };
}
