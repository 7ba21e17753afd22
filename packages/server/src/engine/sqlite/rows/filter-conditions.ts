import { invalidField } from '../../../core/errors.ts';
import type { FilterOperator, RecordFilter } from '../../project-records.ts';
import { bindValue } from '../values/bind-value.ts';
import type { SqliteValue } from '../values/record-value.ts';
import { findColumn } from './find-column.ts';
import type { RecordColumn, RecordTable } from './record-table.ts';

/** A condition, for SQL, and the values of its parameters in order. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly SqliteValue[];
}

/** All of these conditions at once; true for every row where there is none. */
export function allOf(conditions: readonly Condition[]): Condition {
  if (conditions.length === 0) return { sql: 'true', values: [] };
  return {
    sql: conditions.map(({ sql }) => `(${sql})`).join(' AND '),
    values: conditions.flatMap(({ values }) => values),
  };
}

/** @throws RowhouseError `validation_failed`. */
export function filterCondition(table: RecordTable, filter: RecordFilter): Condition {
  const column = findColumn(table, filter.column, filter.columnField);
  const { operator, value, valueField } = filter;
  if (operator === 'is_null' || operator === 'not_null') return nullCondition(column, operator === 'is_null');
  if (operator === 'in') return inCondition(column, value, valueField);
  if (operator === 'like') return likeCondition(column, value, valueField);
  if (value === null) return nullComparison(column, operator, valueField);
  return { sql: `${column.quoted} ${operator} ?`, values: [bindValue(value, column.kind, valueField)] };
}

function nullCondition({ quoted }: RecordColumn, isNull: boolean): Condition {
  return { sql: `${quoted} IS ${isNull ? '' : 'NOT '}NULL`, values: [] };
}

function nullComparison(column: RecordColumn, operator: FilterOperator, field: string): Condition {
  if (operator === '=' || operator === '!=') return nullCondition(column, operator === '=');
  throw invalidField(field, `must not be null: no value is ${operator} null`);
}

function inCondition(column: RecordColumn, value: unknown, field: string): Condition {
  if (!Array.isArray(value)) throw invalidField(field, 'must be an array');
  const values = value
    .map((item, index) => bindValue(item, column.kind, `${field}[${index}]`))
    .filter((item) => item !== null);
  const list = `${column.quoted} IN (${values.map(() => '?').join(', ')})`;
  return { sql: values.length < value.length ? `${list} OR ${column.quoted} IS NULL` : list, values };
}

function likeCondition({ quoted }: RecordColumn, value: unknown, field: string): Condition {
  if (typeof value !== 'string') throw invalidField(field, 'must be a string, with % and _ as wildcards');
  if (Buffer.byteLength(value) > LIKE_MAX_BYTES) {
    throw invalidField(field, `must be at most ${LIKE_MAX_BYTES} bytes`);
  }
  return { sql: `${quoted} LIKE ?`, values: [bindValue(value, 'text', field)] };
}

/** https://www.sqlite.org/limits.html#max_like_pattern_length */
const LIKE_MAX_BYTES = 50_000;
