import { invalidInput, within } from '../../../core/subject-error.ts';
import type { FilterOperator, RecordFilter } from '../../project-records.ts';
import { bindValue } from '../values/bind-value.ts';
import type { SqliteValue } from '../values/record-value.ts';
import { findColumn } from './find-column.ts';
import type { RecordColumn, RecordTable } from './record-table.ts';

/** An SQL condition and the values of its parameters, in order. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly SqliteValue[];
}

/** The conjunction of a client's filters. @throws SubjectError `validation_failed`, about the filters. */
export function filterConditions(table: RecordTable, filters: readonly RecordFilter[]): Condition {
  return allOf(filters.map((filter, index) => within([index], () => filterCondition(table, filter))));
}

/** The conjunction of these conditions; true for every row if there are none. */
export function allOf(conditions: readonly Condition[]): Condition {
  if (conditions.length === 0) return { sql: 'true', values: [] };
  return {
    sql: conditions.map(({ sql }) => `(${sql})`).join(' AND '),
    values: conditions.flatMap(({ values }) => values),
  };
}

function filterCondition(table: RecordTable, filter: RecordFilter): Condition {
  const column = within(['column'], () => findColumn(table, filter.column));
  return within(['value'], () => columnCondition(column, filter));
}

function columnCondition(column: RecordColumn, { operator, value }: RecordFilter): Condition {
  if (operator === 'is_null' || operator === 'not_null') return nullCondition(column, operator === 'is_null');
  if (operator === 'in') return inCondition(column, value);
  if (operator === 'like') return likeCondition(column, value);
  if (value === null) return nullComparison(column, operator);
  return { sql: `${column.quoted} ${operator} ?`, values: [bindValue(value, column.kind)] };
}

function nullCondition({ quoted }: RecordColumn, isNull: boolean): Condition {
  return { sql: `${quoted} IS ${isNull ? '' : 'NOT '}NULL`, values: [] };
}

function nullComparison(column: RecordColumn, operator: FilterOperator): Condition {
  if (operator === '=' || operator === '!=') return nullCondition(column, operator === '=');
  throw invalidInput([], `must not be null: no value is ${operator} null`);
}

function inCondition(column: RecordColumn, value: unknown): Condition {
  if (!Array.isArray(value)) throw invalidInput([], 'must be an array');
  const values = value
    .map((item, index) => within([index], () => bindValue(item, column.kind)))
    .filter((item) => item !== null);
  const list = `${column.quoted} IN (${values.map(() => '?').join(', ')})`;
  return { sql: values.length < value.length ? `${list} OR ${column.quoted} IS NULL` : list, values };
}

function likeCondition({ quoted }: RecordColumn, value: unknown): Condition {
  if (typeof value !== 'string') throw invalidInput([], 'must be a string, with % and _ as wildcards');
  if (Buffer.byteLength(value) > LIKE_MAX_BYTES) {
    throw invalidInput([], `must be at most ${LIKE_MAX_BYTES} bytes`);
  }
  return { sql: `${quoted} LIKE ?`, values: [bindValue(value, 'text')] };
}

/** https://www.sqlite.org/limits.html#max_like_pattern_length */
const LIKE_MAX_BYTES = 50_000;
