import { invalidInput, within } from '../../../core/subject-error.ts';
import type { FilterOperator, RecordFilter } from '../../project-records.ts';
import { comparison, equality, isAmong, nullness } from './comparison-conditions.ts';
import { allOf, type Condition } from './condition.ts';
import { findColumn } from './find-column.ts';
import type { RecordColumn, RecordTable } from './record-table.ts';
import { literalMatch, patternMatch } from './text-conditions.ts';

/** The conjunction of a client's filters. @throws SubjectError `validation_failed`, about the filters. */
export function filterConditions(table: RecordTable, filters: readonly RecordFilter[]): Condition {
  const conditions = filters.map((filter, index) => within([index], () => filterCondition(table, filter)));
  const all = allOf(conditions);
  if (all.values.length > MAX_PARAMETERS) throw invalidInput([], 'must have fewer values');
  return all;
}

/**
 * SQLite takes 32,766 parameters, and the values that an UPDATE sets in 2,000 columns have up to 8,000. A value of a filter may need
 * three. https://www.sqlite.org/limits.html#max_variable_number
 */
const MAX_PARAMETERS = 24_000;

function filterCondition(table: RecordTable, filter: RecordFilter): Condition {
  const column = within(['column'], () => findColumn(table, filter.column));
  return within(['value'], () => CONDITIONS[filter.operator](column, filter));
}

/** @throws SubjectError `validation_failed`, about the value. */
type ConditionOf = (column: RecordColumn, filter: RecordFilter) => Condition;

/** For each operator. A missing one does not compile. */
const CONDITIONS: Readonly<Record<FilterOperator, ConditionOf>> = {
  '=': (column, { value }) => equality(column, '=', value),
  '!=': (column, { value }) => equality(column, '!=', value),
  '>': (column, { value }) => comparison(column, '>', value),
  '>=': (column, { value }) => comparison(column, '>=', value),
  '<': (column, { value }) => comparison(column, '<', value),
  '<=': (column, { value }) => comparison(column, '<=', value),
  in: (column, { value }) => isAmong(column, value),
  is_null: (column) => nullness(column, true),
  not_null: (column) => nullness(column, false),
  like: (column, { value, escape }) => patternMatch(column, value, escape),
  contains: (column, { value }) => literalMatch(column, 'contains', value),
  starts_with: (column, { value }) => literalMatch(column, 'starts_with', value),
  ends_with: (column, { value }) => literalMatch(column, 'ends_with', value),
};
